"""Lines ↔ compressed blocks. A dictionary trained on a partition's first lines halves their size.

Dictionaries are numbered files beside the block log; number 0 is none. A block names the one that it needs.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import msgspec
import zstandard

from hexaops.backends.logstores.embedded.durable import write_whole
from hexaops.backends.logstores.embedded.frames import Block
from hexaops.backends.logstores.lines import LogLine

LINES_A_BLOCK = 32
"""37 bytes a line at 32, 42 at 8, 35 at 64, which takes twice as long to read one line (measured)."""
TRAINING_LINES = 4096
DICTIONARY_BYTES = 112_640
LARGEST_BLOCK = 64 * 1024 * 1024

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(LogLine)
_LENGTH = struct.Struct("<I")


class UnreadableBlockError(Exception):
    """A block cannot be decompressed or decoded: the file is damaged, or its dictionary is gone."""


class Lines:
    """The lines of one block; each is decoded when it is asked for, as a search wants few of a block."""

    def __init__(self, raw: bytes, lengths: Sequence[int]) -> None:
        self._raw = raw
        self._lengths = lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def __getitem__(self, number: int) -> LogLine:
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
        self._readers: dict[int, zstandard.ZstdDecompressor] = {0: zstandard.ZstdDecompressor()}
        self._newest = max((int(path.suffix[1:]) for path in folder.glob("dictionary.*") if path.suffix[1:].isdigit()),
                           default=0)  # fmt: skip
        self._samples: list[bytes | bytearray | memoryview[int]] = []
        self._compressor = _compressor(self._dictionary(self._newest) if self._newest else None)

    def compress(self, lines: Sequence[LogLine]) -> list[Block]:
        """The lines in blocks, in order."""
        blocks = []
        for start in range(0, len(lines), LINES_A_BLOCK):
            encoded = [_encoder.encode(line) for line in lines[start : start + LINES_A_BLOCK]]
            raw = b"".join((*(_LENGTH.pack(len(one)) for one in encoded), *encoded))
            blocks.append(Block(self._compressor.compress(raw), len(encoded), self._newest))
            if not self._newest:
                self._sample(raw)
        return blocks

    def unpack(self, block: Block) -> Lines:
        """The lines of a block, not decoded yet; raises UnreadableBlockError."""
        try:
            reader = self._readers.get(block.dictionary) or self._reader(block.dictionary)
            raw = reader.decompress(block.payload, max_output_size=LARGEST_BLOCK)
            return Lines(raw, struct.unpack_from(f"<{block.lines}I", raw))
        except (zstandard.ZstdError, struct.error, OSError) as error:
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
