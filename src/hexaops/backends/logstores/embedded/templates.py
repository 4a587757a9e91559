"""How a partition remembers the templates that its index names.

A partition's file is written and flushed before the index that refers to it is committed, so every number in a
committed index has its text. The last entry of a number counts: templates only get more general.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from hexaops.backends.logstores.templates import Miner, Template

FILE = "templates.jsonl"


class TemplateFile:
    """One partition's templates on disk."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._known: dict[int, str] = {}
        for template in self.read():
            self._known[template.number] = template.text

    def read(self) -> Iterable[Template]:
        """What the file holds; a line that was torn by a crash is left out."""
        if not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                yield msgspec.json.decode(line, type=Template)
            except msgspec.MsgspecError:
                continue

    def find(self, number: int) -> str | None:
        """The text as it was when it was last written."""
        return self._known.get(number)

    def save(self, numbers: Iterable[int], miner: Miner) -> None:
        """Write and flush those that are new here, or more general than before."""
        found = (miner.find(number) for number in {*numbers, *self._known})
        changed = [one for one in found if one is not None and self._known.get(one.number) != one.text]
        if not changed:
            return
        with self._path.open("ab") as output:
            # A line of its own first: what a crash left of the last one must not swallow this one.
            output.write(b"\n" + b"\n".join(msgspec.json.encode(one) for one in changed) + b"\n")
            output.flush()
            os.fsync(output.fileno())
        self._known.update((one.number, one.text) for one in changed)
