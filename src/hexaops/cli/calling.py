"""`hexaops call`: any operation of the public API, for what has no command of its own; answers are JSON."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, get_type_hints

import typer

from hexaops.cli.client import open_api
from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.output import print_json, print_table

Operation = Annotated[
    str | None, typer.Argument(help="An operation of docs/api.md, such as list_incidents; none: list them.")
]
Arguments = Annotated[
    list[str] | None,
    typer.Argument(help="Names in its path, then NAME=VALUE, or the body as JSON.", metavar="[ARG]..."),
]


def call(context: typer.Context, operation: Operation = None, arguments: Arguments = None) -> None:
    """Call one operation of the public API, and print its answer as JSON.

    Examples: `hexaops call`, `hexaops call get_application web-app`, `hexaops call list_incidents status=open`,
    `hexaops call create_session name="Night shift"`
    """
    found = _operations()
    if operation is None:
        rows = [(name, _usage(one), (one.__doc__ or "").strip()) for name, one in found.items()]
        print_table(("Operation", "Arguments", "What it does"), rows, remark=True)
        return
    if operation not in found:
        message = f"Unknown operation: {operation}"
        raise CliError(message, hint="`hexaops call` lists them.", exit_code=USAGE)
    made = _made(operation, found[operation], arguments or [])
    api = open_api(context)
    path = made.path if made.path.startswith("/api/") else api.workspace(made.path)
    match made.method:
        case "GET":
            print_json(api.get(path, **made.query))
        case "POST":
            print_json(api.post(path, made.body))
        case method:
            print_json(api.send(method, path, made.body))


def _operations() -> dict[str, Callable[..., Any]]:
    from hexaops.client.generated import calls  # noqa: PLC0415 # slow to import

    found = inspect.getmembers(calls, inspect.isfunction)
    return {name: one for name, one in found if one.__module__ == calls.__name__}


def _usage(operation: Callable[..., Any]) -> str:
    places, query, body = _parameters(operation)
    return " ".join([*places, *(f"[{name}=…]" for name in (*query, *body))])


def _parameters(operation: Callable[..., Any]) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """Names in the path, the query's and the body's fields with their types."""
    from hexaops.client.generated import calls, models  # noqa: PLC0415 # slow to import

    hints = get_type_hints(operation, vars(calls))
    parameters = inspect.signature(operation).parameters
    places = [name for name, one in parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD and name != "body"]
    query = {name: hints[name] for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY}
    body = get_type_hints(hints["body"], vars(models)) if "body" in parameters else {}
    return places, query, body


def _made(name: str, operation: Callable[..., Any], given: Sequence[str]) -> Any:
    places, query, body = _parameters(operation)
    if len(given) < len(places):
        message = f"{name} needs {' and '.join(places[len(given) :])}"
        raise CliError(message, hint=f"hexaops call {name} {_usage(operation)}", exit_code=USAGE)
    named, sent = dict(zip(places, given, strict=False)), dict[str, Any]()
    asked: dict[str, Any] = {}
    for text in given[len(places) :]:
        if text.startswith("{") and body:
            sent |= _json(text)
            continue
        field, sign, value = text.partition("=")
        known = query if field in query else body
        if not sign or field not in known:
            message = f"{name} has no {field}" if sign else f"Not NAME=VALUE: {text}"
            raise CliError(message, hint=f"hexaops call {name} {_usage(operation)}", exit_code=USAGE)
        (asked if known is query else sent)[field] = _value(known[field], value)
    return operation(**named, **({"body": sent} if body else {}), **asked)


def _value(kind: Any, text: str) -> Any:
    """Text stays text where that is what is taken; everything else is JSON, and a single word of a list is its item."""
    shown = str(kind)
    if kind is str or ("str" in shown and not any(word in shown for word in ("Sequence", "Mapping"))):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return [text] if "Sequence" in shown else text


def _json(text: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(text)
    except ValueError as error:
        message = f"Not JSON: {text}"
        raise CliError(message, hint=str(error), exit_code=USAGE) from None
    return found
