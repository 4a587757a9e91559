"""Reads a request of the ordinary form straight from its bytes, so that a crowd can be refused without the parser.

Parsing costs several times what the refusal does. Only requests whose end cannot be in doubt are read here; any other
form is left to the parser, which has the last word on what is lawful.
"""

from __future__ import annotations

import re
from typing import Any

LINE = re.compile(rb"(GET|POST|PUT|PATCH|DELETE|HEAD) (/[A-Za-z0-9_.:~/-]*)(?:\?[!-~]*)? HTTP/1\.1")
"""No escapes in the path: what they stand for is the parser's business."""
END = b"\r\n\r\n"
DECIDING = frozenset({b"connection", b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"})
"""Headers that change where the request ends, or what becomes of its connection."""
TELLING = (b"authorization", b"cookie", b"accept", b"content-length")
KNOWN = {form: name for name in TELLING for form in (name, name.title())}
"""By how clients write them: who asks, for what, and how long the body is."""
LONGEST_LENGTH = 6
"""Digits of a body's length."""


def read_ordinary(data: bytes) -> tuple[dict[str, Any], int] | None:
    """The scope of the only request in these bytes, and how much of its body is still to come; None for other forms.

    Of the headers only those are in the scope that tell who asks and for what.
    """
    end = data.find(END)
    if end <= 0 or data.find(b"\0", 0, end) >= 0:
        return None
    head = data[:end]
    first, *lines = head.splitlines()
    asked = LINE.fullmatch(first)
    if asked is None or b"\r\n".join((first, *lines)) != head:  # a line ended in another way
        return None
    found: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b": ")
        known = KNOWN.get(name)
        if known is not None:
            if known in found:
                return None
            found[known] = value
        elif not colon or not _is_harmless(name.lower(), value):
            return None
    length = found.pop(b"content-length", b"0")
    if not length.isdigit() or len(length) > LONGEST_LENGTH:
        return None
    unread = end + len(END) + int(length) - len(data)
    if unread < 0:  # another request follows
        return None
    scope = {"type": "http", "method": asked[1].decode(), "path": asked[2].decode(), "headers": [*found.items()]}
    return scope, unread


def _is_harmless(name: bytes, value: bytes) -> bool:
    if name in DECIDING:
        return name == b"connection" and value.lower() == b"keep-alive"
    return name not in TELLING and name.replace(b"-", b"").isalnum()
