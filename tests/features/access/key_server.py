"""An identity provider in this process: signs tokens and publishes keys, well or badly."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from hexaops.kit.clock import Clock

ISSUER = "https://id.example"
AUDIENCE = "hexaops"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def public_jwk(key: PrivateKey, **more: Any) -> dict[str, Any]:
    """The key as the provider publishes it."""
    text = RSAAlgorithm.to_jwk(key.public_key()) if isinstance(key, rsa.RSAPrivateKey) else _ec_jwk(key)
    return {**json.loads(text), **more}


def _ec_jwk(key: ec.EllipticCurvePrivateKey) -> str:
    return str(ECAlgorithm.to_jwk(key.public_key()))


@dataclass
class KeyServer:
    """What a provider's two documents say, and how often they were read."""

    clock: Clock
    keys: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    down: bool = False
    discovered_issuer: str = ISSUER

    def client(self) -> httpx2.AsyncClient:
        """A client that reaches nothing but this provider."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request.url.path)
        if self.down:
            return httpx2.Response(500)
        if request.url.path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json={"issuer": self.discovered_issuer, "jwks_uri": f"{ISSUER}/keys"})
        return httpx2.Response(200, json={"keys": self.keys})

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims, with changes; a value of None leaves the claim out."""
        now = int(self.clock.now().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + 600}
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user-123", **times, **changes}
        return {name: value for name, value in claims.items() if value is not None}

    def sign(
        self,
        key: PrivateKey,
        algorithm: str,
        *,
        kid: str = "k1",
        headers: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A token signed by a key."""
        return jwt.encode(self.claims(**claims), key, algorithm, headers={"kid": kid, **(headers or {})})
