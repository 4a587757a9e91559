"""A chat answer on the terminal: its text, its attachments, its plan, what could be asked next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from hexaops.cli.output import cell, print_facts, print_markdown, print_table

PLAN = "action_plan"
REFERENCE = "action_reference"
RAW_CALL = re.compile(r"`(?:GET|POST|PUT|PATCH|DELETE) (?:…|/)")
"""A call that the answer tells clients to make: this one makes it itself."""
TABLE, SERIES, DASHBOARD = "table", "time_series", "dashboard"
BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60
COUNTS = ("total", "truncated")
"""What a table shows by itself."""
MOST_COLUMNS = 8
MOST_ROWS = 60


def plans_of(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The plans that the answer proposes."""
    return [attached["data"] for attached in data.get("attachments") or [] if attached.get("type") == PLAN]


def undo_of(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The action that the answer would cancel or roll back: `action_id`, `operation`, `status`."""
    found = [attached["data"] for attached in data.get("attachments") or [] if attached.get("type") == REFERENCE]
    return found[0] if found else None


def suggestions_of(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What could be asked next."""
    return list((data["response"].get("metadata") or {}).get("suggestions") or [])


def is_fulfilled(data: Mapping[str, Any]) -> bool:
    """Whether the service says that it could answer."""
    metadata = data["response"].get("metadata") or {}
    return metadata.get("intent_fulfilled") is not False


def print_answer(data: Mapping[str, Any], *, numbered: bool = False) -> None:
    """Everything but the plans. With `numbered` each suggestion shows the command that chooses it."""
    print_markdown(_without_raw_calls(data["response"]["content"]))
    for attached in data.get("attachments") or []:
        if attached.get("type") not in (PLAN, REFERENCE):
            print_attachment(attached)
    if suggestions := suggestions_of(data):
        typer.echo("\nYou could ask next:")
        for number, suggestion in enumerate(suggestions, 1):
            mark = f"/{number}" if numbered else "-"
            typer.echo(f"  {mark} {cell(suggestion.get('description') or suggestion.get('action'))}")


def _without_raw_calls(text: str) -> str:
    kept = [line for line in text.split("\n") if not RAW_CALL.search(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def sparkline(values: Sequence[float]) -> str:
    """One bar a value, from the least to the most of the latest 60."""
    shown = [*values][-WIDTH:]
    low, span = min(shown, default=0.0), (max(shown, default=0.0) - min(shown, default=0.0)) or 1.0
    return "".join(BARS[round((value - low) / span * (len(BARS) - 1))] for value in shown)


def print_attachment(attached: Mapping[str, Any]) -> None:
    """Lists of objects become tables, whatever the attachment's type is."""
    title = str(attached.get("type", "")).replace("_", " ")
    data = attached.get("data")
    if not isinstance(data, Mapping):
        print_facts({title: data})
        return
    if attached.get("type") == DASHBOARD:
        typer.echo("\nTo print its JSON: hexaops dashboard [APPLICATION]")
        return
    if attached.get("type") == TABLE:
        shown = [list(row) for row in data["rows"][:MOST_ROWS]]
        print_table(data["columns"], shown, title=cell(data["title"]))
        return
    if attached.get("type") == SERIES:
        lines = [[line["name"], sparkline([value for _, value in line["points"]])] for line in data["series"]]
        print_table(["name", f"since {data['start']}"], lines, title=f"{cell(data['title'])} ({data['unit']})")
        return
    tables = {name: rows for name, rows in data.items() if _is_table(rows)}
    hidden = {*tables, *(COUNTS if tables else ())}
    print_facts({name.replace("_", " "): value for name, value in data.items() if name not in hidden and value})
    for name, rows in tables.items():
        columns = _columns(rows)
        shown = [[row.get(column) for column in columns] for row in rows[:MOST_ROWS]]
        heading = title if len(tables) == 1 else f"{title}: {name}"
        print_table([column.replace("_", " ") for column in columns], shown, title=heading)
        if len(rows) > MOST_ROWS:
            typer.echo(f"… {len(rows) - MOST_ROWS} more; --json prints all")


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if "name" in names:
        names = [name for name in names if name != "id"]
    simple = [name for name in names if not any(isinstance(row.get(name), (Mapping, list)) for row in rows)]
    return (simple or names)[:MOST_COLUMNS]
