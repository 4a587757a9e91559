"""Markdown tables and one-line texts, as every reference page uses them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

GENERATED = "<!-- Written by `make docs` from the code; change it there. -->"


def page(title: str, intro: str, *parts: str) -> str:
    """A whole page: title, the note that it is generated, what it is about, its parts."""
    return "\n\n".join([f"# {title}", GENERATED, intro, *parts]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def summary(documented: object) -> str:
    """The first paragraph of a docstring on one line."""
    text = inspect.getdoc(documented) or ""
    return one_line(text.split("\n\n")[0])


def one_line(text: str | None) -> str:
    """Any text with its line breaks and runs of blanks made single blanks."""
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
