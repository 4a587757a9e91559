"""A sign-in that a browser has begun at the identity provider, kept in that browser's own cookie.

The cookie is sealed, so that the service remembers nothing and any replica can finish what another began. It binds the
provider's answer to the browser that asked: an answer that somebody else obtained finds no matching cookie there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets

import msgspec

from hexaops.features.signin.problems import Problem, SignInError
from hexaops.kit.clock import Clock
from hexaops.kit.keys import SecretKey
from hexaops.kit.sealing import SealBrokenError, seal, unseal

LIFETIME_SECONDS = 600
RANDOM_BYTES = 32
OWNER = "sign-in attempt"
PLACE = re.compile(r"/[\x21-\x7e]{0,999}")
"""A place of the console: what stands behind the `#` of its address."""


class Attempt(msgspec.Struct, frozen=True):
    """What must be known again when the provider answers."""

    state: str
    nonce: str
    verifier: str
    next: str
    expires: int

    @property
    def challenge(self) -> str:
        """The verifier as PKCE's S256 shows it to the provider (RFC 7636, section 4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Attempts:
    """Makes attempts, and opens the cookies that hold them."""

    def __init__(self, key: SecretKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def create(self, next_place: str) -> Attempt:
        """A new attempt that leads to this place of the console; raises SignInError for any other address."""
        # The place is only ever put behind `/#`, so it cannot lead elsewhere; it must be a screen, not a sign-in link.
        if next_place and not PLACE.fullmatch(next_place):
            raise SignInError(Problem.NEXT_INVALID, "next is not a place of the console")
        state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
        return Attempt(state, nonce, verifier, next_place, int(self._clock.now().timestamp()) + LIFETIME_SECONDS)

    def seal(self, attempt: Attempt) -> str:
        """The cookie's value."""
        sealed = seal(self._key.derive("sign-in attempts"), msgspec.json.encode(attempt).decode(), owner=OWNER)
        return base64.urlsafe_b64encode(sealed.encode()).decode().rstrip("=")

    def open(self, cookie: str, state: str) -> Attempt:
        """The attempt that this answer belongs to; raises SignInError."""
        try:
            sealed = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode()
            text = unseal(self._key.derive("sign-in attempts"), sealed, owner=OWNER)
            found = msgspec.json.decode(text, type=Attempt)
        except (SealBrokenError, binascii.Error, ValueError, msgspec.DecodeError):
            raise SignInError(Problem.ATTEMPT_UNKNOWN, "no cookie of a sign-in, or one that is not ours") from None
        if not hmac.compare_digest(found.state.encode(), state.encode()):
            raise SignInError(Problem.ATTEMPT_UNKNOWN, "the state is not the one of this browser's sign-in")
        if found.expires <= self._clock.now().timestamp():
            raise SignInError(Problem.ATTEMPT_EXPIRED, "the sign-in was begun too long ago")
        return found
