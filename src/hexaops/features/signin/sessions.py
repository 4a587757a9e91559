"""A browser's session: the user's own token, sealed into a cookie that scripts cannot read.

The service keeps nothing of it, so every replica with the same secret key takes it. It ends with the token, and after
twelve hours at most.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from hexaops.errors import HexaopsError
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.signin.links import SignInLinks
from hexaops.kit.clock import Clock
from hexaops.kit.keys import SecretKey
from hexaops.kit.sealing import SealBrokenError, seal, unseal

COOKIE = "hexaops_session"
COOKIE_PATH = "/api/v1"
LONGEST_SESSION = timedelta(hours=12)
LONGEST_COOKIE = 3_900
"""Bytes of a cookie's value that every browser keeps."""
OWNER = "browser session"


class TokenTooLargeError(HexaopsError):
    """The token does not fit in a cookie; ask the identity provider for a smaller access token."""

    code = "TOKEN_TOO_LARGE"
    status = 422


class SealedSession(msgspec.Struct, frozen=True):
    """What a cookie holds."""

    token: str
    expires: int


class Session(Struct, frozen=True):
    """A cookie's value, and when it ends."""

    cookie: str
    expires_at: datetime

    def set_cookie(self, *, secure: bool) -> str:
        """The header that gives it to a browser."""
        return session_cookie(self.cookie, f"Expires={self.expires_at:%a, %d %b %Y %T} GMT", secure=secure)


def session_cookie(value: str, end: str, *, secure: bool) -> str:
    """A `Set-Cookie` header of the session's cookie; `secure` where the page was loaded over TLS."""
    more = "; Secure" if secure else ""
    return f"{COOKIE}={value}; Path={COOKIE_PATH}; {end}; HttpOnly; SameSite=Strict{more}"


class BrowserSessions:
    """Seals tokens into cookies and opens them again."""

    def __init__(self, key: SecretKey, links: SignInLinks, issuer: LocalIssuer | None, clock: Clock) -> None:
        self._key = key
        self._links = links
        self._issuer = issuer
        self._clock = clock

    def start(self, token: str) -> Session:
        """A session of the user of this verified token; raises TokenTooLargeError."""
        end = int(min(_expiry(token), (self._clock.now() + LONGEST_SESSION).timestamp()))
        text = msgspec.json.encode(SealedSession(token, end)).decode()
        sealed = seal(self._key.derive("browser sessions"), text, owner=OWNER)
        cookie = base64.urlsafe_b64encode(base64.b64decode(sealed.partition(":")[2])).decode().rstrip("=")
        if len(cookie) > LONGEST_COOKIE:
            message = "The token does not fit in a cookie; ask the identity provider for a smaller access token"
            raise TokenTooLargeError(message, details={"token": f"{len(token)} characters"})
        return Session(cookie, datetime.fromtimestamp(end, UTC))

    def open(self, cookie: str) -> SealedSession | None:
        """What a cookie holds; None when it is not ours or has ended."""
        try:
            raw = base64.b64encode(base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))).decode()
            text = unseal(self._key.derive("browser sessions"), raw, owner=OWNER)
            found = msgspec.json.decode(text, type=SealedSession)
        except (SealBrokenError, binascii.Error, ValueError, msgspec.DecodeError):
            return None
        return found if found.expires > self._clock.now().timestamp() else None

    @staticmethod
    def end_of(opened: SealedSession) -> datetime:
        """When it ends."""
        return datetime.fromtimestamp(opened.expires, UTC)

    def redeem(self, code: str) -> str | None:
        """A fresh token of the user whom a one-time code signs in; None when it is used, old or unknown."""
        subject = self._links.redeem(code)
        if subject is None or self._issuer is None:
            return None
        return self._issuer.issue(subject, lifetime=LONGEST_SESSION)


def _expiry(token: str) -> float:
    """The `exp` claim of a token that has been verified before."""
    body = token.split(".")[1]
    claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return float(claims["exp"])
