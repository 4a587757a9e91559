"""The source text of `hexaops/client/generated/`: models, calls, and the methods of both clients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hexaops.features.routing import Audience
from tools.client.models import Models
from tools.client.operations import Operation, openapi_document, operations

FOLDER = Path("src/hexaops/client/generated")


@dataclass(frozen=True)
class Api:
    """One of the two APIs, and what its part of the client is called."""

    name: str
    audience: Audience
    prefix: str
    """Of its modules."""
    operations: str
    """The class of its operations."""

    @property
    def calls(self) -> str:
        """The module of its calls."""
        return f"{self.prefix}calls"

    @property
    def models(self) -> str:
        """The module of its requests' bodies."""
        return f"{self.prefix}models"


PUBLIC = Api("public", "user", "", "Operations")
SERVICE = Api("internal", "service", "service_", "ServiceOperations")
WRITTEN = "Written by `make docs` from the table of routes; change it there."


def render() -> dict[str, str]:
    """File name → text."""
    document, texts = openapi_document(), dict[str, str]()
    for api in (PUBLIC, SERVICE):
        models = Models(document)
        found = list(operations(api.audience, models))
        texts |= {
            f"{api.models}.py": _models(api, models),
            f"{api.calls}.py": _calls(api, found),
            f"{api.prefix}sync.py": _methods(api, found, asynchronous=False),
            f"{api.prefix}aio.py": _methods(api, found, asynchronous=True),
        }
    return _formatted(texts)


def _models(api: Api, models: Models) -> str:
    text = "\n\n\n".join(models.found.values())
    collections = [one for one in ("Mapping", "Sequence") if f"{one}[" in text]
    typing = [one for one in ("Any", "Literal", "NotRequired", "TypedDict") if one in text]
    return "\n\n".join((
        f'"""Bodies of the {api.name} API\'s requests. {WRITTEN}"""',
        "from __future__ import annotations",
        f"from collections.abc import {', '.join(collections)}\nfrom typing import {', '.join(typing)}",
        f"\n{text}\n",
    ))  # fmt: skip


def _calls(api: Api, found: Sequence[Operation]) -> str:
    text = "\n\n\n".join(_call(one, api.models) for one in found)
    wrappers = sorted({one.wrapper for one in found if one.wrapper})
    return "\n\n".join((
        f'"""Each operation of the {api.name} API as a call. {WRITTEN}"""',
        "from __future__ import annotations",
        _imports(found, text, [
            "from hexaops.client.call import Call, delete, get, post, put, segment, send",
            f"from hexaops.client.generated import {api.models}",
            f"from hexaops.responses import {', '.join(wrappers)}",
        ]),
        f"\n{text}\n",
    ))  # fmt: skip


def _call(one: Operation, models: str) -> str:
    required = [f"{name}: {kind}" for name, kind in one.query.items() if not kind.endswith("| None")]
    optional = [f"{name}: {kind} = None" for name, kind in one.query.items() if kind.endswith("| None")]
    named = [f"{name}: str" for name in one.path_parameters]
    body = [f"body: {models}.{one.body}"] if one.body else []
    given = ", ".join([*named, *body, *(["*", *required, *optional] if one.query else [])])
    path = one.path
    for name in one.path_parameters:
        path = path.replace(f"{{{name}}}", f"{{segment({name})}}")
    where = f'{"f" if one.path_parameters else ""}"{path}"'
    answer = one.answer if one.view else "type(None)"
    return (
        f'def {one.name}({given}) -> Call[{one.answer}]:\n    """{one.does}"""\n    return {_maker(one, where, answer)}'
    )


def _maker(one: Operation, where: str, answer: str) -> str:
    body = "body" if one.body else "{}"
    match one.method:
        case "GET":
            return f"get({', '.join([where, answer, *(f'{name}={name}' for name in one.query)])})"
        case "DELETE":
            return f"delete({where})"
        case "PUT":
            return f"put({where}, {answer}, {body})"
        case "POST" if one.keyed:
            return f"post({where}, {answer}, {body})"
        case method:
            return f'send("{method}", {where}, {answer}, {body})'


def _methods(api: Api, found: Sequence[Operation], *, asynchronous: bool) -> str:
    text = "\n\n".join(_method(one, api, asynchronous=asynchronous) for one in found)
    kind, word = (f"Async{api.operations}", "async ") if asynchronous else (api.operations, "")
    return "\n\n".join((
        f'"""A method for each operation of the {api.name} API. {WRITTEN}"""',
        "from __future__ import annotations",
        _imports(found, text, [
            "from abc import ABC, abstractmethod",
            "from typing import TypeVar, Unpack",
            "from hexaops.client.call import Call",
            f"from hexaops.client.generated import {api.calls}, {api.models}",
            "from hexaops.responses import Listing",
        ]),
        'T = TypeVar("T")',
        f'\nclass {kind}(ABC):\n    """Every operation under its own name; `send` is what the client adds."""',
        f"    @abstractmethod\n    {word}def send(self, call: Call[T]) -> T:\n"
        '        """Send a call; returns its whole answer."""',
        f"{text}\n",
    ))  # fmt: skip


def _method(one: Operation, api: Api, *, asynchronous: bool) -> str:
    word, wait = ("async ", "await ") if asynchronous else ("", "")
    required = [f"{name}: {kind}" for name, kind in one.query.items() if not kind.endswith("| None")]
    optional = [f"{name}: {kind} = None" for name, kind in one.query.items() if kind.endswith("| None")]
    named = [f"{name}: str" for name in one.path_parameters]
    query = ["*", *required, *optional] if one.query else []
    body = [f"**body: Unpack[{api.models}.{one.body}]"] if one.body else []
    passed = [*one.path_parameters, *(["body"] if one.body else []), *(f"{name}={name}" for name in one.query)]
    sent = f"{wait}self.send({api.calls}.{one.name}({', '.join(passed)}))"
    if one.wrapper in ("Data", "Items"):
        sent = f"({sent}).data" if asynchronous else f"{sent}.data"
    return (
        f"    {word}def {one.name}({', '.join(['self', *named, *query, *body])}) -> {one.returned}:\n"
        f'        """{one.does}"""\n'
        f"        {'return ' if one.view else ''}{sent}"
    )


def _imports(found: Sequence[Operation], text: str, given: Iterable[str]) -> str:
    views: dict[str, set[str]] = {}
    for one in found:
        if one.view is not None:
            views.setdefault(one.view.__module__, set()).add(one.view.__name__)
    own = [f"from {module} import {', '.join(sorted(names))}" for module, names in views.items()]
    more = [f"from collections.abc import {one}" for one in ("Sequence",) if f"{one}[" in text]
    more += [f"from typing import {one}" for one in ("Literal",) if f"{one}[" in text]
    return "\n".join([*more, *given, *own])


def _formatted(texts: dict[str, str]) -> dict[str, str]:
    return {name: _ruff(name, text) for name, text in texts.items()}


def _ruff(name: str, text: str) -> str:
    """Imports sorted, what is not used left out, lines of the usual length."""
    program = Path(sys.executable).with_name("ruff")
    place = str(FOLDER / name)
    for arguments in (["check", "--select", "I,F401", "--fix", "--quiet"], ["format", "--quiet"]):
        command = [str(program), *arguments, "--stdin-filename", place, "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)  # noqa: S603 # ours
        text = done.stdout
    return text
