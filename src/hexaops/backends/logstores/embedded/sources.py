"""What wrote the lines of a partition: few sources, so blocks name them by number.

The file of a partition has a line for each number. It is flushed before the frame that names a new one is written, so
every acknowledged line finds its source. The last line of a number counts: one whose frame was never written is given
again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from hexaops.backends.logstores.embedded.durable import sync_folder
from hexaops.backends.logstores.lines import LogLine

FILE = "sources.jsonl"
MOST_SOURCES = 65_536
"""Of one partition; further ones stand in the blocks themselves."""

Source: TypeAlias = tuple[str, str, str]
"""Component, pod, workspace."""

_entries = msgspec.json.Decoder(tuple[int, str, str, str])


class Sources:
    """Written by one thread, read by others."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._loading = threading.Lock()
        self._loaded = False
        self._by_number: dict[int, Source] = {}
        self._numbers: dict[Source, int] = {}
        self._new: dict[Source, int] = {}
        self._next = 0

    def find(self, number: int) -> Source:
        """A source; raises KeyError."""
        self._load()
        return self._by_number[number]

    def numbers(self, lines: Sequence[LogLine]) -> list[int | Source]:
        """Each line's source by its number; new ones are there for good after `save`."""
        self._load()
        known, found = self._numbers, list[int | Source]()
        for line in lines:
            source = (line.component, line.pod, line.workspace_id)
            number = known.get(source)
            found.append(self._give(source) if number is None else number)
        return found

    def save(self) -> None:
        """Write and flush the new ones; raises OSError, and forgets them."""
        if not self._new:
            return
        new, self._new = self._new, {}
        fresh = not self._path.exists()
        try:
            with self._path.open("ab") as output:
                # A line of its own first: what a crash left of the last one must not swallow this one.
                output.write(b"\n" + b"\n".join(msgspec.json.encode((number, *one)) for one, number in new.items()))
                output.write(b"\n")
                output.flush()
                os.fsync(output.fileno())
            if fresh:
                sync_folder(self._path.parent)
        except OSError:
            for source, number in new.items():
                del self._numbers[source], self._by_number[number]
            self._next -= len(new)
            raise

    def _give(self, source: Source) -> int | Source:
        number = self._next
        if number >= MOST_SOURCES:
            return source
        self._next += 1
        self._by_number[number] = source
        self._numbers[source] = self._new[source] = number
        return number

    def _load(self) -> None:
        if self._loaded:
            return
        with self._loading:
            if not self._loaded:
                self._read()
                self._loaded = True

    def _read(self) -> None:
        """A line that was torn by a crash is left out: no frame names it."""
        if not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                number, *rest = _entries.decode(line)
            except msgspec.MsgspecError:
                continue
            component, pod, workspace = rest
            self._by_number[number] = (component, pod, workspace)
        self._numbers = {source: number for number, source in self._by_number.items()}
        self._next = max(self._by_number, default=-1) + 1
