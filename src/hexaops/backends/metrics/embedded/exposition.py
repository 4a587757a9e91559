"""Reads the needed families out of Prometheus' text format, and leaves the rest unread.

A kubelet's cAdvisor page has a hundred families and megabytes, of which two or three are wanted. Families are found by
searching for their names, which costs a millisecond a megabyte; a general parser takes a second
(docs/decisions/embedded-metrics.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress


def samples(text: bytes, name: bytes) -> Iterator[tuple[bytes, float]]:
    """Labels (as written, without braces) and value of every sample of this name; text must begin with a line end."""
    needle = b"\n" + name
    place = text.find(needle)
    while place >= 0:
        begin = place + len(needle)
        end = text.find(b"\n", begin)
        line = text[begin:] if end < 0 else text[begin:end]
        if line[:1] in {b"{", b" "}:  # not a longer name that begins like this one
            brace = line.rfind(b"}")
            with suppress(ValueError, IndexError):  # a line that is no sample
                yield line[1:brace], float(line[brace + 1 :].split(None, 1)[0])
        if end < 0:
            return
        # The next line is of the same family as a rule: looking there first saves the search.
        place = end if text.startswith(needle, end) else text.find(needle, end)


def has(text: bytes, name: bytes) -> bool:
    """Whether there is any sample of this name."""
    return next(samples(text, name), None) is not None


def label(labels: bytes, name: bytes) -> bytes:
    """The value of a label as written (escapes are kept), or nothing."""
    needle = name + b'="'
    place = labels.find(needle)
    while place > 0 and labels[place - 1] not in b", ":
        place = labels.find(needle, place + 1)
    if place < 0:
        return b""
    begin = place + len(needle)
    end = labels.find(b'"', begin)
    return labels[begin:end] if end >= 0 else b""
