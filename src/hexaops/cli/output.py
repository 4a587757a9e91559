"""Output: tables and rendered Markdown on terminals, plain text in pipes, raw data with --json."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from hexaops.cli.tables import Table
from hexaops.kit.text import plain

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 4000
"""Pipes: nothing is cut or wrapped."""
LONGEST_CELL = 400
NARROWEST_TEXT = 20
GOOD = {"healthy", "completed", "delivered", "active", "on", "ok", "ready"}
BAD = {"failed", "failing", "degraded", "down", "cancelled", "off", "refused", "high", "error"}
BUSY = {"executing", "in_progress", "pending", "medium", "progressing", "cancelling", "rolling_back", "undoing"}


def print_json(data: Any) -> None:
    """Data as received."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def print_list(items: Sequence[Any], pagination: Mapping[str, Any] | None = None, **more: Any) -> None:
    """A list for `--json`, always of one shape: `items`, and `next_cursor` for `--cursor` (null on the last page)."""
    print_json({"items": items, "next_cursor": (pagination or {}).get("next_cursor"), **more})


def print_next(pagination: Mapping[str, Any] | None, option: str = "--cursor") -> None:
    """How to see the next page, if there is one."""
    if following := (pagination or {}).get("next_cursor"):
        typer.echo(f"\nMore: {option} {following}", err=True)


def console(*, errors: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for a pipe."""
    from rich.console import Console  # noqa: PLC0415 # slow to import

    stream = sys.stderr if errors else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else PIPE_WIDTH, highlight=False, soft_wrap=False)


def cell(value: Any) -> str:
    """One value as text that is safe to print on a terminal."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)) and all(isinstance(part, (str, int, float)) for part in value):
        return ", ".join(cell(part) for part in value) or "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return plain(text, LONGEST_CELL, own=True)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None, remark: bool = False
) -> None:
    """A table; words that say how something is are coloured. With `remark` the last column may go below its row."""
    from rich.text import Text  # noqa: PLC0415 # slow to import

    texts = [["" if value == "" else cell(value) for value in row] for row in rows]
    out = console()
    if title:
        out.print(Text(f"\n{title}", "bold"))
    if not texts:
        out.print("(none)", style="dim")
        return
    for line in Table(columns, texts, style_of, has_remark=remark).lines(out):
        out.print(line, no_wrap=True, overflow="ignore", crop=False)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Names and values, one a line; absent values are left out."""
    shown = {name: value for name, value in facts.items() if value is not None}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        print_wrapped(cell(value), prefix=f"{name.ljust(width)}  ")


def print_wrapped(text: str, *, prefix: str = "", colour: str | None = None) -> None:
    """One line; on a terminal it goes on below itself, without breaking words."""
    lines = [text]
    if sys.stdout.isatty():
        room = max(shutil.get_terminal_size().columns - len(prefix), NARROWEST_TEXT)
        lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    typer.secho(f"{prefix}{lines[0]}", fg=colour)
    for line in lines[1:]:
        typer.secho(f"{' ' * len(prefix)}{line}", fg=colour)


def print_markdown(text: str) -> None:
    """Rendered on a terminal, raw in a pipe; control characters are removed."""
    text = "".join(character for character in text if character.isprintable() or character in "\n\t")
    if not sys.stdout.isatty():
        typer.echo(text)
        return
    from rich.markdown import Markdown  # noqa: PLC0415 # slow to import

    console().print(Markdown(with_line_breaks(text), hyperlinks=False))


def with_line_breaks(text: str) -> str:
    """Markdown whose lines stay apart: a plain line break would join two of them into one paragraph."""
    lines, fenced = [], False
    for line in text.split("\n"):
        fence = line.lstrip().startswith(("```", "~~~"))
        fenced = fenced is not fence
        lines.append(line if fenced or fence or not line.strip() else f"{line.rstrip()}  ")
    return "\n".join(lines)


def style_of(text: str) -> str:
    """The colour of a status word."""
    return "green" if text in GOOD else "red" if text in BAD else "yellow" if text in BUSY else ""
