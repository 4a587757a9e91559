"""Lines ↔ compressed blocks. A dictionary trained on a partition's first lines halves their size.

Dictionaries are numbered files beside the block log; number 0 is none. A block names the one that it needs, and by the
highest bit that its lines are in columns: number of ids (1) · ids · compressed rest. Older ones have row after row.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import zstandard

from hexaops.backends.logstores.embedded import columns
from hexaops.backends.logstores.embedded.columns import ID_BYTES, ColumnLines, UnreadableBlockError
from hexaops.backends.logstores.embedded.durable import write_whole
from hexaops.backends.logstores.embedded.frames import Block
from hexaops.backends.logstores.embedded.sources import Sources
from hexaops.backends.logstores.lines import LogLine

LINES_A_BLOCK = 32
"""37 bytes a line at 32, 42 at 8, 35 at 64, which takes twice as long to read one line (measured)."""
TRAINING_LINES = 4096
DICTIONARY_BYTES = 112_640
LARGEST_BLOCK = 64 * 1024 * 1024

_COLUMNS = 1 << 15

_decoder = msgspec.msgpack.Decoder(LogLine)
_LENGTH = struct.Struct("<I")


class Lines(Protocol):
    """The lines of one block."""

    def __iter__(self) -> Iterator[LogLine]:
        """All of them; raises UnreadableBlockError."""
        ...

    def line(self, number: int) -> LogLine:
        """One line; raises UnreadableBlockError."""
        ...


class RowLines:
    """The lines of a block of an older version."""

    def __init__(self, raw: bytes, lengths: Sequence[int]) -> None:
        self._raw = raw
        self._lengths = lengths

    def __iter__(self) -> Iterator[LogLine]:
        return map(self.line, range(len(self._lengths)))

    def line(self, number: int) -> LogLine:
        """One line; raises UnreadableBlockError."""
        begin = _LENGTH.size * len(self._lengths) + sum(self._lengths[:number])
        try:
            return _decoder.decode(self._raw[begin : begin + self._lengths[number]])
        except (msgspec.MsgspecError, IndexError) as error:
            raise UnreadableBlockError(str(error)) from error


class BlockCodec:
    """Compresses with the newest dictionary of a folder, decompresses with any."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = Sources(folder)
        self._readers: dict[int, zstandard.ZstdDecompressor] = {0: zstandard.ZstdDecompressor()}
        self._newest = max((int(path.suffix[1:]) for path in folder.glob("dictionary.*") if path.suffix[1:].isdigit()),
                           default=0)  # fmt: skip
        self._samples: list[bytes | bytearray | memoryview[int]] = []
        self._compressor = _compressor(self._dictionary(self._newest) if self._newest else None)

    def compress(self, lines: Sequence[LogLine]) -> list[Block]:
        """The lines in blocks, in order; raises OSError."""
        blocks = []
        for start in range(0, len(lines), LINES_A_BLOCK):
            some = lines[start : start + LINES_A_BLOCK]
            ids, rest = columns.encode(some, self._sources)
            payload = bytes((len(ids) // ID_BYTES,)) + ids + self._compressor.compress(rest)
            blocks.append(Block(payload, len(some), _COLUMNS | self._newest))
            if not self._newest:
                self._sample(rest)
        self._sources.save()
        return blocks

    def unpack(self, block: Block) -> Lines:
        """The lines of a block, not put together yet; raises UnreadableBlockError."""
        dictionary = block.dictionary & ~_COLUMNS
        try:
            reader = self._readers.get(dictionary) or self._reader(dictionary)
            if block.dictionary & _COLUMNS:
                end = 1 + ID_BYTES * block.payload[0]
                rest = reader.decompress(block.payload[end:], max_output_size=LARGEST_BLOCK)
                return ColumnLines(block.payload[1:end], rest, self._sources)
            raw = reader.decompress(block.payload, max_output_size=LARGEST_BLOCK)
            return RowLines(raw, struct.unpack_from(f"<{block.lines}I", raw))
        except (zstandard.ZstdError, struct.error, OSError, IndexError) as error:
            raise UnreadableBlockError(f"{self._folder.name}: {error}") from error

    def _sample(self, raw: bytes) -> None:
        self._samples.append(raw)
        if len(self._samples) * LINES_A_BLOCK < TRAINING_LINES:
            return
        try:
            trained = zstandard.train_dictionary(DICTIONARY_BYTES, self._samples, k=200, d=8)
        except zstandard.ZstdError:  # too alike or too few to learn from
            self._samples = self._samples[: len(self._samples) // 2]
            return
        write_whole(self._folder / "dictionary.1", trained.as_bytes())
        self._newest, self._samples = 1, []
        self._compressor = _compressor(trained)

    def _reader(self, number: int) -> zstandard.ZstdDecompressor:
        return self._readers.setdefault(number, zstandard.ZstdDecompressor(dict_data=self._dictionary(number)))

    def _dictionary(self, number: int) -> zstandard.ZstdCompressionDict:
        return zstandard.ZstdCompressionDict((self._folder / f"dictionary.{number}").read_bytes())


def _compressor(dictionary: zstandard.ZstdCompressionDict | None) -> zstandard.ZstdCompressor:
    if dictionary is not None:
        dictionary.precompute_compress(level=3)
    return zstandard.ZstdCompressor(level=3, dict_data=dictionary, write_checksum=True)
