"""Cursor paging: the end of the last page, signed and bound to the caller and filters it was made for.

Keyset paging: a list fetches `page.fetch` rows after `page.after`, one more than it shows, to know whether there are
more. Rows that appear or go away meanwhile move nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

T = TypeVar("T")
Position = tuple[str | int, ...]
"""The sort key of a row."""
MAC_BYTES = 16
LONGEST_CURSOR = 1024


class CursorError(ValueError):
    """Not a cursor, or one of another caller or list."""


class PageRequest(Struct, frozen=True):
    """The requested page."""

    limit: int
    seal: Callable[[Position], str]
    """Makes the cursor of the next page."""
    after: Position | None = None
    """The position of the last row of the page before; None: the first page."""

    @property
    def fetch(self) -> int:
        """How many rows to ask for."""
        return self.limit + 1

    def split(self, rows: Sequence[T], position: Callable[[T], Position]) -> tuple[Sequence[T], str | None]:
        """The rows to show, and the next page's cursor unless there are no more."""
        shown = rows[: self.limit]
        return shown, self.seal(position(shown[-1])) if len(rows) > self.limit else None


class CursorSigner:
    """Makes and opens cursors. `bound` names the caller, list and filters."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def seal(self, position: Position, *, bound: str) -> str:
        """The cursor of a position."""
        payload = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(payload, bound) + payload).decode().rstrip("=")

    def open(self, cursor: str, *, bound: str) -> Position:
        """The position; raises CursorError unless `seal` made the cursor for the same `bound`."""
        try:
            raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            raise CursorError(cursor) from None
        mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload, bound)):
            raise CursorError(cursor)
        return tuple(json.loads(payload))

    def _mac(self, payload: bytes, bound: str) -> bytes:
        text = bound.encode() + b"\n" + payload
        return hmac.digest(self._key(), text, hashlib.sha256)[:MAC_BYTES]
