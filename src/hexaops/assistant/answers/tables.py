"""Tables and series of any shape, as attachments that a client can draw."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.answers.attachments import Cell, Table, TableView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import TABLE_LIMIT


def attach_table(draft: Draft, title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Rows of one cell a column, at most 200 of them; `total` says how many there are."""
    shown = [[*row] for row in rows[:TABLE_LIMIT]]
    view = TableView(title=title, columns=[*columns], rows=shown, total=len(rows), truncated=len(rows) > TABLE_LIMIT)
    draft.attach(Table(data=view))
