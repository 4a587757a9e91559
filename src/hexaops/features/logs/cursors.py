"""Cursors of log queries: page position and time range, bound to caller and query, valid for minutes."""

from __future__ import annotations

from msgspec import Struct

from hexaops.backends.logstores.base import Place
from hexaops.features.access.errors import InvalidCursorError
from hexaops.kit.clock import Clock
from hexaops.kit.paging import CursorError, CursorSigner

LIFETIME_SECONDS = 900
FIELD = "options.cursor"


class Page(Struct, frozen=True):
    """What a cursor holds. The range stays that of the first page, whatever "now" has become."""

    after: Place
    start_us: int
    end_us: int


class LogCursors:
    """Writes and reads cursors."""

    def __init__(self, signer: CursorSigner, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock

    def write(self, page: Page, *, bound: str) -> str:
        """The cursor of a page."""
        expires = int(self._clock.now().timestamp()) + LIFETIME_SECONDS
        position = (expires, page.after.time_us, page.after.tie, page.start_us, page.end_us)
        return self._signer.seal(position, bound=bound)

    def read(self, cursor: str, *, bound: str) -> Page:
        """What a cursor holds; raises InvalidCursorError."""
        try:
            expires, time_us, tie, start_us, end_us = self._signer.open(cursor, bound=bound)
        except CursorError:
            raise InvalidCursorError("not a cursor of this query and caller", field=FIELD) from None
        if int(expires) < self._clock.now().timestamp():
            raise InvalidCursorError("expired; begin again without a cursor", field=FIELD)
        return Page(Place(int(time_us), str(tie)), int(start_us), int(end_us))
