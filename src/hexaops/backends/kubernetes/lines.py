"""Lines of JSON out of chunks that end anywhere."""

from __future__ import annotations


class LineSplitter:
    """Splits at newlines; an unfinished line waits for its rest and is dropped with the splitter."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes, without empty ones."""
        first = chunk.find(b"\n")
        if first < 0:
            self._parts.append(chunk)
            return []
        if first == len(chunk) - 1 and first and not self._parts:
            return [chunk]  # the usual case, one event a chunk: nothing to split, nothing to copy
        lines = chunk.split(b"\n")
        if self._parts:
            lines[0] = b"".join((*self._parts, lines[0]))
        rest = lines.pop()
        self._parts = [rest] if rest else []
        return [line for line in lines if line]
