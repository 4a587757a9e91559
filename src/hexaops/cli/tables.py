"""Tables that fit the terminal: words stay whole, what is cut says so, and no column is lost.

Where the columns do not fit, long ones wrap between words; where even that is too narrow, each row becomes a block of
lines. A remark (the last column, where asked for) takes lines of its own below its row before anything is narrowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

GAP = 2
WHOLE = 14
"""Columns up to this width are never narrowed."""
NARROWEST = 12
INDENT = 4
Row = Sequence[str]


class Table(Struct, frozen=True):
    """Texts in columns. The first column is copied into other commands, so it is never cut."""

    columns: Row
    rows: Sequence[Row]
    style_of: Callable[[str], str]
    has_remark: bool = False

    def lines(self, console: Console) -> Iterator[Text]:
        """The table as lines no wider than the console."""
        natural = self._natural()
        room = console.width
        if self.has_remark and not _fits(natural, room) and (narrow := fit(natural[:-1], room)):
            yield from self._table(console, self.columns[:-1], narrow, lambda row: (row[:-1], row[-1]))
        elif widths := fit(natural, room):
            yield from self._table(console, self.columns, widths, lambda row: (row, ""))
        else:
            yield from self._blocks(console)

    def _natural(self) -> list[int]:
        from rich.cells import cell_len  # noqa: PLC0415 # slow to import

        return [max(cell_len(text) for text in column) for column in zip(self.columns, *self.rows, strict=True)]

    def _table(
        self, console: Console, columns: Row, widths: Sequence[int], split: Callable[[Row], tuple[Row, str]]
    ) -> Iterator[Text]:
        from rich.text import Text  # noqa: PLC0415 # slow to import

        yield from _columns(console, [Text(name, "bold") for name in columns], widths)
        yield Text("─" * (sum(widths) + GAP * (len(widths) - 1)), "dim")
        for row in self.rows:
            cells, remark = split(row)
            yield from _columns(console, [Text(text, self.style_of(text)) for text in cells], widths)
            if remark:
                for line in Text(remark).wrap(console, console.width - INDENT, overflow="ellipsis"):
                    line.rstrip()
                    yield Text(" " * INDENT).append_text(line)

    def _blocks(self, console: Console) -> Iterator[Text]:
        from rich.text import Text  # noqa: PLC0415 # slow to import

        name_width = max(map(len, self.columns))
        for number, row in enumerate(self.rows):
            if number:
                yield Text("")
            for name, text in zip(self.columns, row, strict=True):
                cells = [Text(name, "bold"), Text(text, self.style_of(text))]
                room = max(console.width - name_width - GAP, len(text) if name == self.columns[0] else 1)
                yield from _columns(console, cells, (name_width, room))


def fit(natural: Sequence[int], room: int) -> list[int] | None:
    """The columns' widths within the room, or None where the long ones would become too narrow to read."""
    if _fits(natural, room):
        return [*natural]
    left = room - GAP * (len(natural) - 1)
    flexible = sorted((n for n in range(1, len(natural)) if natural[n] > WHOLE), key=lambda n: natural[n])
    left -= sum(width for n, width in enumerate(natural) if n not in flexible)
    if not flexible or left < NARROWEST * len(flexible):
        return None
    widths = [*natural]
    for done, column in enumerate(flexible):
        widths[column] = min(natural[column], left // (len(flexible) - done))
        left -= widths[column]
    return widths


def _fits(natural: Sequence[int], room: int) -> bool:
    return sum(natural) + GAP * (len(natural) - 1) <= room


def _columns(console: Console, cells: Sequence[Text], widths: Sequence[int]) -> Iterator[Text]:
    """One row, as many lines high as its highest cell."""
    from rich.text import Text  # noqa: PLC0415 # slow to import

    wrapped = [list(cell.wrap(console, width, overflow="ellipsis")) for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(map(len, wrapped))):
        line = Text()
        for lines, width in zip(wrapped, widths, strict=True):
            part = lines[number] if number < len(lines) else Text()
            part.rstrip()
            line.append_text(part).append(" " * (width - part.cell_len + GAP))
        line.rstrip()
        yield line
