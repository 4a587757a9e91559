"""Lines that belong together, above all stack traces, as one: what follows an entry and only continues it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

MOST_JOINED = 200
LONGEST_ENTRY = 16_000
_CONTINUES = re.compile(
    r"\s|Caused by: |Suppressed: |\.\.\. \d+ more|}\s*$|goroutine \d+ \[|created by |exit status \d"
)
_PYTHON = "Traceback (most recent call last):"
_GO = re.compile(r"panic: |fatal error: |SIG[A-Z]+: ")
_GO_FRAME = re.compile(r"[\w./*()\[\]{}-]{1,200}\(.{0,200}\)$|\[signal ")


class Entry(Struct, frozen=True):
    """A line as the container runtime recorded it, or several as one. Times are nanoseconds since 1970."""

    first_ns: int
    last_ns: int
    text: str
    lines: int = 1
    same_time: int = 1
    """How many lines in a row, up to the last one of this entry, have its last time."""


def joined(lines: Iterable[tuple[int, str]]) -> list[Entry]:
    """Entries in order."""
    found: list[Entry] = []
    for time_ns, text in lines:
        previous = found[-1] if found else None
        same = previous.same_time + 1 if previous is not None and previous.last_ns == time_ns else 1
        if previous is not None and _belongs(previous, text):
            found[-1] = Entry(previous.first_ns, time_ns, f"{previous.text}\n{text}", previous.lines + 1, same)
        else:
            found.append(Entry(time_ns, time_ns, text, 1, same))
    return found


def _belongs(entry: Entry, text: str) -> bool:
    if entry.lines >= MOST_JOINED or len(entry.text) + len(text) > LONGEST_ENTRY:
        return False
    if not text or _CONTINUES.match(text):
        return bool(text.strip()) or bool(_GO.match(entry.text))
    if _GO.match(entry.text):
        return bool(_GO_FRAME.match(text))
    last = entry.text.rsplit("\n", 1)[-1]
    # The line after a Python traceback's frames names the exception.
    return _PYTHON in entry.text and last.startswith("  ") and not text.startswith("{")
