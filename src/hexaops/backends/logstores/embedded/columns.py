"""The lines of a block, field by field instead of line by line: like stands beside like, which compresses better.

Trace ids of 32 hexadecimal digits are random: they stand outside of what is compressed, as bytes, each once a block.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
from msgspec import Raw

from hexaops.backends.logstores.embedded.sources import Source, Sources
from hexaops.backends.logstores.lines import LEVELS, LogLine, Metadata

ID_BYTES = 16
_HEXADECIMAL = re.compile(r"[0-9a-f]+").fullmatch
_TRACE_ID = re.compile(rf"[0-9a-f]{{{2 * ID_BYTES}}}").fullmatch
_LEVEL_NUMBERS = {level: number for number, level in enumerate(LEVELS)}


class UnreadableBlockError(Exception):
    """A block cannot be decompressed or decoded: the file is damaged, or its dictionary is gone."""


class _Columns(msgspec.Struct, array_like=True, gc=False):
    times: list[int]
    """Of the first line, then the difference of each from the one before it."""
    levels: bytes
    sources: list[int | Source]
    messages: list[Raw]
    traces: list[int | str | None]
    """The number of an id among those that stand apart, or the id."""
    metadata: list[Raw]
    ids_crc: int


_encode = msgspec.msgpack.Encoder().encode
_columns = msgspec.msgpack.Decoder(_Columns)
_message = msgspec.msgpack.Decoder(str)
_metadata = msgspec.msgpack.Decoder(Metadata)


def encode(lines: Sequence[LogLine], sources: Sources) -> tuple[bytes, bytes]:
    """The ids that stand apart, and the rest."""
    times = [line.time_us for line in lines]
    traces = [line.trace_id for line in lines]
    known = [trace for trace in dict.fromkeys(traces) if trace is not None]
    plain = {*map(len, known)} == {2 * ID_BYTES} and _HEXADECIMAL("".join(known))
    apart = known if plain else [trace for trace in known if _TRACE_ID(trace)]
    numbers: dict[str | None, int] = {trace: number for number, trace in enumerate(apart)}
    ids = bytes.fromhex("".join(apart))
    columns = (
        [times[0], *(time - before for before, time in pairwise(times))],
        bytes([_LEVEL_NUMBERS[line.level] for line in lines]),
        sources.numbers(lines),
        [line.message for line in lines],
        [numbers.get(trace, trace) for trace in traces],
        [line.metadata for line in lines],
        zlib.crc32(ids),
    )
    return ids, _encode(columns)


class ColumnLines:
    """The lines of one block; each is put together when it is asked for, as a search wants few of a block."""

    def __init__(self, ids: bytes, rest: bytes, sources: Sources) -> None:
        """Raises UnreadableBlockError."""
        try:
            self._columns = _columns.decode(rest)
        except msgspec.MsgspecError as error:
            raise UnreadableBlockError(str(error)) from error
        self._ids = ids
        self._sources = sources
        if zlib.crc32(ids) != self._columns.ids_crc:
            raise UnreadableBlockError("the trace ids are damaged")

    def __iter__(self) -> Iterator[LogLine]:
        return map(self.line, range(len(self._columns.times)))

    def line(self, number: int) -> LogLine:
        """One line; raises UnreadableBlockError."""
        columns = self._columns
        try:
            source, trace = columns.sources[number], columns.traces[number]
            component, pod, workspace = self._sources.find(source) if isinstance(source, int) else source
            if isinstance(trace, int):
                trace = self._ids[trace * ID_BYTES : (trace + 1) * ID_BYTES].hex()
            time_us, message = sum(columns.times[: number + 1]), _message.decode(columns.messages[number])
            level, metadata = LEVELS[columns.levels[number]], _metadata.decode(columns.metadata[number])
            return LogLine(time_us, level, message, component, pod, workspace, trace, metadata)
        except (LookupError, OSError, msgspec.MsgspecError) as error:
            raise UnreadableBlockError(str(error)) from error
