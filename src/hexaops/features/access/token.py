"""Service-account tokens: `hexaops_sa_<token id>_<192 random bits>_<checksum>`.

The prefix lets secret scanners find a leaked one, the checksum lets them and us drop typing errors without asking
the store. The bits are random, so that one round of SHA-256 keeps them as well as a slow hash would.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib

from msgspec import Struct

from hexaops.kit.ids import new_id

PREFIX = "hexaops_sa_"
SECRET_BYTES = 24
PATTERN = re.compile(r"hexaops_sa_([0-9a-z]{27})_([0-9a-f]{48})_([0-9a-f]{8})")


class ServiceToken(Struct, frozen=True):
    """A token with its text; only `id` and `digest` are stored."""

    id: str
    text: str

    @property
    def digest(self) -> str:
        """What is stored: SHA-256 of the whole text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def __repr__(self) -> str:
        return f"ServiceToken({self.id})"


def new_token() -> ServiceToken:
    """A fresh token."""
    token_id = new_id("")
    body = f"{PREFIX}{token_id}_{secrets.token_hex(SECRET_BYTES)}"
    return ServiceToken(token_id, f"{body}_{_checksum(body)}")


def find_token(text: str) -> ServiceToken | None:
    """Parse a token; None if its format or checksum is wrong."""
    match = PATTERN.fullmatch(text)
    if match is None or match[3] != _checksum(text.rpartition("_")[0]):
        return None
    return ServiceToken(match[1], text)


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
