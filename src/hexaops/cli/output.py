"""How answers are printed: tables and rendered markdown for people, plain text in pipes, raw data with --json."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from hexaops.kit.text import plain

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 4000
"""Nothing is cut or wrapped where no person reads it."""
LONGEST_CELL = 400
LONGEST_WHOLE = 40
GOOD = {"healthy", "completed", "delivered", "active", "on", "ok", "ready"}
BAD = {"failed", "failing", "degraded", "down", "cancelled", "off", "refused", "high", "error"}
BUSY = {"executing", "in_progress", "pending", "medium", "progressing", "cancelling", "rolling_back", "undoing"}


def print_json(data: Any) -> None:
    """The data as it came."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def console(*, errors: bool = False) -> Console:
    """Where tables go: as wide as the terminal, or wide enough for a pipe."""
    from rich.console import Console  # noqa: PLC0415 # slow to import

    stream = sys.stderr if errors else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else PIPE_WIDTH, highlight=False, soft_wrap=False)


def cell(value: Any) -> str:
    """One value as text that cannot disturb a terminal."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)) and all(isinstance(part, (str, int, float)) for part in value):
        return ", ".join(cell(part) for part in value) or "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return plain(text, LONGEST_CELL, own=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """A table; words that say how something is are coloured."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 # slow to import
    from rich.table import Table  # noqa: PLC0415 # slow to import
    from rich.text import Text  # noqa: PLC0415 # slow to import

    texts = [[cell(value) for value in row] for row in rows]
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, title_style="bold")
    for number, column in enumerate(columns):
        # What stands first is copied into other commands: it is shown whole, the rest gives way.
        whole = min(max((len(row[0]) for row in texts), default=0), LONGEST_WHOLE) if number == 0 else None
        table.add_column(column, overflow="fold", min_width=whole)
    for row in texts:
        table.add_row(*[Text(text, style_of(text)) for text in row])
    console().print(table)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Names and values, one a line; absent values are left out."""
    shown = {name: value for name, value in facts.items() if value is not None}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        typer.echo(f"{name.ljust(width)}  {cell(value)}")


def print_markdown(text: str) -> None:
    """Rendered on a terminal, as it is in a pipe; without characters that a terminal would act on."""
    text = "".join(character for character in text if character.isprintable() or character in "\n\t")
    if not sys.stdout.isatty():
        typer.echo(text)
        return
    from rich.markdown import Markdown  # noqa: PLC0415 # slow to import

    console().print(Markdown(text, hyperlinks=False))


def style_of(text: str) -> str:
    """The colour of a status word."""
    return "green" if text in GOOD else "red" if text in BAD else "yellow" if text in BUSY else ""
