"""One-time sign-in links of the local issuer's users.

A link carries a random code behind the `#` of the address, which browsers never send: no log and no proxy sees it. The
page exchanges it once, within minutes, for a session. Codes are held in memory, so a link works on the process that
made it, and a restart makes it useless.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

from msgspec import Struct

from hexaops.kit.clock import Clock

LIFETIME_SECONDS = 600.0
MOST_OPEN = 100
"""Links that wait to be used; the oldest makes room."""
CODE_BYTES = 32
LINK_PREFIX = "/#sign-in="
"""Stands between the service's address and the code."""


class _Open(Struct, frozen=True):
    subject: str
    expires: float


class SignInLinks:
    """Makes codes and redeems each once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, _Open] = OrderedDict()

    def create(self, subject: str) -> str:
        """A code that signs in this user of the local issuer."""
        code = secrets.token_urlsafe(CODE_BYTES)
        self._open[_digest(code)] = _Open(subject, self._clock.monotonic() + LIFETIME_SECONDS)
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return code

    def redeem(self, code: str) -> str | None:
        """Whom the code signs in, the first time and in time; None otherwise."""
        found = self._open.pop(_digest(code), None)
        return found.subject if found is not None and self._clock.monotonic() < found.expires else None


def _digest(code: str) -> bytes:
    """Looked up by digest, so that the time of the look-up tells nothing about the codes."""
    return hashlib.sha256(code.encode()).digest()
