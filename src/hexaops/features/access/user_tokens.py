"""Verifies users' JWTs. The token's issuer selects the only trust root that may have signed it."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
import msgspec
from jwt import PyJWK
from jwt.exceptions import ExpiredSignatureError, PyJWTError
from msgspec import Struct

from hexaops.features.access.errors import UnauthenticatedError
from hexaops.features.access.key_sets import KeySource
from hexaops.features.access.principal import Principal
from hexaops.kit.clock import Clock

LEEWAY_SECONDS = 10.0
LONGEST_TOKEN = 8192
LONGEST_SUBJECT = 200
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
KEY_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit"})
"""Headers with which a token could supply its own key or rules; rejected rather than ignored."""
LOCAL_PREFIX = "local:"
"""Begins the ids of the local issuer's users; another issuer's subjects may not begin so."""


class Issuer(Struct, frozen=True):
    """One trust root."""

    name: str
    """Exactly the `iss` claim."""
    audience: str
    algorithms: frozenset[str]
    keys: KeySource
    user_prefix: str = ""


class VerifiedToken(Struct, frozen=True):
    """Whom a token names, and everything it claims."""

    principal: Principal
    claims: Mapping[str, Any]


class UserTokens:
    """Turns a bearer token into a principal."""

    def __init__(self, issuers: Sequence[Issuer], *, clock: Clock) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self._clock = clock

    async def verify(self, text: str | None) -> Principal:
        """The token's user; raises UnauthenticatedError without giving away details."""
        return (await self.read(text)).principal

    async def read(self, text: str | None) -> VerifiedToken:
        """The token, verified; raises as `verify` does."""
        if not text:
            raise UnauthenticatedError("missing")
        if len(text) > LONGEST_TOKEN:
            raise UnauthenticatedError("invalid")
        header, claimed = _read_header(text), _read_claims(text)
        issuer = self._issuers.get(str(claimed.get("iss")))
        if issuer is None or KEY_HEADERS & header.keys() or not _is_access_token(header):
            raise UnauthenticatedError("invalid")
        claims = await self._verified_claims(text, header, issuer)
        return VerifiedToken(_principal(claims, issuer), claims)

    async def _verified_claims(self, text: str, header: Mapping[str, Any], issuer: Issuer) -> Mapping[str, Any]:
        key_id, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(algorithm, str):
            raise UnauthenticatedError("invalid")
        found = await issuer.keys.find(str(key_id) if key_id is not None else None)
        if found is None or algorithm not in found.algorithms & issuer.algorithms:
            raise UnauthenticatedError("invalid")
        try:
            claims = _signed_claims(text, found.key, algorithm, issuer.audience, issuer.name)
            self._check_times(claims)
        except ExpiredSignatureError:
            raise UnauthenticatedError("expired") from None
        except (PyJWTError, ValueError, RecursionError):
            raise UnauthenticatedError("invalid") from None
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        """Checked by the service's clock. `nbf` is optional: Keycloak and Okta omit it."""
        now, leeway = self._clock.now().timestamp(), timedelta(seconds=LEEWAY_SECONDS).total_seconds()
        times = {name: claims.get(name) for name in ("exp", "iat", "nbf")}
        if not all(_is_time(value) for value in times.values()):
            raise UnauthenticatedError("invalid")
        expires, issued, begins = times["exp"], times["iat"], times["nbf"]
        if expires is None or issued is None or max(issued, begins or 0) > now + leeway:
            raise UnauthenticatedError("invalid")
        if expires <= now - leeway:
            raise UnauthenticatedError("expired")


@lru_cache(maxsize=1024)
def _signed_claims(text: str, key: PyJWK, algorithm: str, audience: str, issuer: str) -> Mapping[str, Any]:
    """The claims verified by the key, times not checked; raises PyJWTError or ValueError.

    The same text under the same key says the same for ever, so its signature is checked once while it is in use. What
    is refused is not kept, and a key that was withdrawn or read anew is another key.
    """
    options: Any = {"require": ["iss", "aud", "sub", "exp", "iat"], "verify_exp": False, "verify_nbf": False,
                    "verify_iat": False}  # fmt: skip
    claims: dict[str, Any] = jwt.decode(
        text, key.key, algorithms=[algorithm], audience=audience, issuer=issuer, options=options
    )
    return claims


def _principal(claims: Mapping[str, Any], issuer: Issuer) -> Principal:
    subject = claims["sub"]
    usable = isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()
    if not usable or (not issuer.user_prefix and subject.startswith(LOCAL_PREFIX)):
        raise UnauthenticatedError("invalid")
    named = (claims.get(claim) for claim in ("name", "preferred_username", "email"))
    name = next((text for text in named if isinstance(text, str) and text.strip()), subject)
    shown = "".join(character for character in name if character.isprintable())[:128]
    return Principal("user", f"{issuer.user_prefix}{subject}", shown)


def _is_time(value: object) -> bool:
    """A finite number, or nothing; JSON as Python reads it knows NaN, which is never later than now."""
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_access_token(header: Mapping[str, Any]) -> bool:
    """Without a type it may be an access token (Okta's have none); with one it must say so."""
    kind = header.get("typ")
    return kind is None or (isinstance(kind, str) and kind.lower() in TYPES)


def _read_header(text: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(text)
    except (PyJWTError, ValueError, RecursionError):  # a header may be nested as deeply as its length allows
        raise UnauthenticatedError("invalid") from None


def _read_claims(text: str) -> dict[str, Any]:
    """Unverified claims, used only to select the issuer."""
    try:
        part = text.split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=dict[str, Any])
    except (IndexError, ValueError, RecursionError, binascii.Error, msgspec.DecodeError):
        raise UnauthenticatedError("invalid") from None
