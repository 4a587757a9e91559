"""Signs the tokens of sessions that users open at the identity provider.

An ID token is no access token, and its few minutes are no session. So the service signs a token of its own for the
user whom the ID token names, with a key taken from its secret key: every replica accepts it, and the gate checks it as
it checks any other. It leaves the service only inside the sealed cookie.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from hexaops.features.access.key_sets import FixedKeys, VerificationKey
from hexaops.features.access.principal import Principal
from hexaops.features.access.user_tokens import Issuer
from hexaops.kit.clock import Clock
from hexaops.kit.keys import SecretKey

ALGORITHM = "EdDSA"
KEY_ID = "session"


class SessionIssuer:
    """One trust root more, beside the identity provider whose users it names; a source of its own key."""

    def __init__(self, key: SecretKey, *, provider: str, audience: str, clock: Clock) -> None:
        self._secret = key
        self._audience = audience
        self._clock = clock
        # Subjects mean something at their provider only: with another one, the sessions of before are void.
        self.name = f"urn:hexaops:session:{hashlib.sha256(provider.encode()).hexdigest()[:32]}"

    def issue(self, user: Principal, *, lifetime: timedelta) -> str:
        """A token of a user whom the identity provider has named."""
        now = self._clock.now()
        claims: dict[str, Any] = {
            "iss": self.name,
            "aud": self._audience,
            "sub": user.id,
            "name": user.name,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode(claims, self._key, ALGORITHM, headers={"kid": KEY_ID, "typ": "at+jwt"})

    def issuer(self) -> Issuer:
        """What verification needs to know of it."""
        return Issuer(self.name, self._audience, frozenset({ALGORITHM}), self)

    async def find(self, key_id: str | None) -> VerificationKey | None:
        """The key of this id."""
        return await self._public.find(key_id)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._secret.derive("session tokens"))

    @cached_property
    def _public(self) -> FixedKeys:
        public = json.loads(OKPAlgorithm.to_jwk(self._key.public_key()))
        return FixedKeys({"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": ALGORITHM}]})
