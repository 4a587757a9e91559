"""`hexaops understand`: how messages are understood, without an answer: for debugging and evaluation."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hexaops.cli.client import open_api
from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.options import Options
from hexaops.kit.text import plain

if TYPE_CHECKING:
    from hexaops.assistant.understanding import Inventory, PendingQuestion, Understanding

Names = dict[str, list[Any]]


def understand(
    context: typer.Context,
    messages: Annotated[Path, typer.Argument(help="Messages, one a line; `-` reads standard input.")] = Path("-"),
    names: Annotated[Path | None, typer.Option(help="A JSON file of names to read against, offline.")] = None,
) -> None:
    """Show how messages are understood: intent, names, numbers, confidence, follow-up question.

    A message is a line of text, or a JSON object with `text` and `session`: messages of one session follow each other.
    Names are the workspace's, or those of --names: an object of lists, `projects`, `applications` (a name, or an object
    with `name`, `project` and `kind`) and `nodes`. Nothing is planned or changed.

    Examples: `echo "scale web-app to 5" | hexaops understand --json`,
    `hexaops understand messages.jsonl --names world.json --json`
    """
    from hexaops.assistant.understanding.conversation import Conversation  # noqa: PLC0415 # most commands do without

    options: Options = context.obj
    inventory = _inventory(_read_names(names) if names else _ask_names(context))
    talks: dict[str, Conversation] = defaultdict(lambda: Conversation(inventory))
    for text, session in _messages(messages):
        talk = talks[session] if session else Conversation(inventory)
        told = {"text": text, "session": session, **_told(talk.say(text), talk.dialogue.pending_question, inventory)}
        typer.echo(json.dumps(told, ensure_ascii=False) if options.as_json else _line(told))


def _messages(path: Path) -> Iterator[tuple[str, str | None]]:
    try:
        lines = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{path} cannot be read: {error}", exit_code=USAGE) from None
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line) if line.lstrip().startswith("{") else {"text": line}
            session = row.get("session")
            yield str(row["text"]), None if session is None else str(session)
        except (json.JSONDecodeError, KeyError) as error:
            raise CliError(f"Line {number} is no message: {error}", exit_code=USAGE) from None


def _read_names(path: Path) -> Names:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CliError(f"{path} cannot be read: {error}", exit_code=USAGE) from None
    if not isinstance(raw, dict) or not all(isinstance(value, list) for value in raw.values()):
        raise CliError(f"{path} must hold an object of lists: projects, applications, nodes.", exit_code=USAGE)
    return raw


def _ask_names(context: typer.Context) -> Names:
    """The names of the workspace's applications and projects, from the service."""
    api = open_api(context)
    applications: list[Any] = []
    cursor: str | None = None
    while True:
        data = api.get(api.workspace("/applications"), cursor=cursor, limit=500)["data"]
        applications += data["applications"]
        cursor = data["pagination"]["next_cursor"]
        if cursor is None:
            break
    return {"applications": applications, "projects": sorted({one["project"] for one in applications})}


def _inventory(names: Names) -> Inventory:
    from hexaops.assistant.understanding import Inventory, KnownEntity  # noqa: PLC0415 # see above

    entities = [KnownEntity(f"project:{name}", "project", str(name)) for name in names.get("projects", ())]
    entities += [KnownEntity(f"node:{name}", "node", str(name)) for name in names.get("nodes", ())]
    for one in names.get("applications", ()):
        known = one if isinstance(one, dict) else {"name": one}
        name, project, kind = (str(known.get(field) or "") for field in ("name", "project", "kind"))
        entities.append(KnownEntity(f"application:{project}/{name}", "application", name, project, kind))
    return Inventory(tuple(entities))


def _told(asked: Understanding, pending: PendingQuestion | None, inventory: Inventory) -> dict[str, Any]:
    told = _part(asked)
    told["would_change"] = any(part.would_change for part in asked.parts or (asked,))
    told["asks"] = None if pending is None or pending.kind == "confirm_plan" else _asked(pending, inventory)
    told["parts"] = [_part(part) for part in asked.parts]
    told["left_out"] = [*asked.left_out]
    return told


def _part(asked: Understanding) -> dict[str, Any]:
    said = asked.parameters
    values = {
        "replicas": said.replicas,
        "replicas_delta": said.replicas_delta,
        "replicas_factor": said.replicas_factor,
        "replicas_from": said.replicas_from,
        "time_range_seconds": said.time_range_seconds,
        "status_filter": said.status_filter,
        "namespace": said.namespace,
        "limit": said.limit,
        "everything": said.everything or None,
    }
    return {
        "intent": asked.intent.value,
        "confidence": round(asked.confidence, 3),
        "mode": asked.mode.value,
        "about": asked.about.value if asked.about else None,
        "entities": [
            {"kind": found.entity.kind, "name": found.entity.name, "project": found.entity.namespace or None}
            for found in asked.targets
        ],
        "excluded": [found.entity.name for found in asked.excluded],
        "ambiguous": [{"said": one.mention, "may_mean": _names(one.candidates)} for one in asked.ambiguous],
        "unknown": [one.mention for one in asked.unknown_names],
        "numbers": [{"text": one.text, "value": one.value, "role": one.role} for one in asked.numbers],
        "values": {name: value for name, value in values.items() if value is not None},
        "invalid": [{"text": one.text, "why": one.why} for one in said.invalid],
        "unexplained": [*asked.left],
        "missing": [*asked.missing],
        "alternatives": [{"intent": intent.value, "confidence": round(sure, 3)} for intent, sure in asked.alternatives],
        "language": asked.language,
        "would_change": asked.would_change,
    }


def _names(candidates: tuple[Any, ...]) -> list[str]:
    return [candidate.entity.name for candidate in candidates]


def _asked(pending: PendingQuestion, inventory: Inventory) -> dict[str, Any]:
    known = inventory.index.by_id
    options = [known[option].name if option in known else option for option in pending.options]
    return {"kind": pending.kind, "missing": pending.parameter or None, "options": options}


def _line(told: dict[str, Any]) -> str:
    names = ", ".join(entity["name"] for entity in told["entities"]) or "–"
    change = "would change" if told["would_change"] else f"asks: {told['asks']['kind']}" if told["asks"] else "reads"
    return plain(f"{told['text']}  →  {told['intent']} ({told['confidence']:.2f}), {names}, {change}", 400)
