"""Public keys of a trusted token issuer.

Each key is pinned to one family of algorithms by its own type, so that a token's header can never choose a weaker
one. An unknown key id may be a new key: the set is read again, but not more often than every half minute, or made-up
key ids would turn the service into a flood on the issuer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from msgspec import Struct

from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.documents import discovery_url, fetch_document
from hexaops.kit.clock import Clock

RSA_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
EC_ALGORITHMS = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
SMALLEST_RSA_BITS = 2048
REFRESH_SECONDS = 30.0
"""Minimum time between two key set reads for unknown key ids."""
LIFETIME_SECONDS = 600.0
"""Age at which the set is refreshed, so that withdrawn keys stop working."""
LONGEST_STALE_SECONDS = 86_400.0
"""How long known keys stay valid while the issuer is unreachable."""


class VerificationKey(Struct, frozen=True):
    """A public key and the algorithms that it may verify."""

    key: PyJWK
    algorithms: frozenset[str]


class KeySource(Protocol):
    """Source of an issuer's keys."""

    async def find(self, key_id: str | None) -> VerificationKey | None:
        """The key of this id; without an id the only key there is."""


def read_keys(document: Mapping[str, Any]) -> dict[str, VerificationKey]:
    """The usable keys of a JWKS document by key id; symmetric, weak and encryption keys are left out."""
    keys: dict[str, VerificationKey] = {}
    for entry in document.get("keys", ()):
        if not isinstance(entry, dict) or entry.get("kty") == "oct" or entry.get("use", "sig") != "sig":
            continue
        try:
            key = PyJWK(entry)
        except PyJWTError:  # a kind that is unknown here must not make the others useless
            continue
        algorithms = _algorithms_of(key.key)
        if stated := entry.get("alg"):
            algorithms &= {stated}
        if algorithms:
            keys[str(entry.get("kid", ""))] = VerificationKey(key, algorithms)
    return keys


def _algorithms_of(key: object) -> frozenset[str]:
    if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA_BITS:
        return RSA_ALGORITHMS
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in EC_ALGORITHMS:
        return frozenset({EC_ALGORITHMS[key.curve.name]})
    return frozenset({"EdDSA"}) if isinstance(key, Ed25519PublicKey) else frozenset()


def _pick(keys: Mapping[str, VerificationKey], key_id: str | None) -> VerificationKey | None:
    if key_id is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(key_id)


class FixedKeys:
    """Keys of the built-in issuer."""

    def __init__(self, document: Mapping[str, Sequence[Any]]) -> None:
        self._keys = read_keys(document)

    async def find(self, key_id: str | None) -> VerificationKey | None:
        """The key of this id."""
        return _pick(self._keys, key_id)


class PublishedKeys:
    """Keys of an OIDC issuer, fetched over HTTP when first needed."""

    def __init__(self, *, issuer: str, url: str | None, clock: Clock, client: httpx2.AsyncClient) -> None:
        self._issuer = issuer
        self._url = url
        self._clock = clock
        self._client = client
        self._keys: dict[str, VerificationKey] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str | None) -> VerificationKey | None:
        """The key of this id; raises UpstreamUnavailableError when no keys have ever been read, or none for a day."""
        if self._age() > LIFETIME_SECONDS or _pick(self._keys, key_id) is None:
            await self._refresh(key_id)
        return _pick(self._keys, key_id)

    def _age(self) -> float:
        return float("inf") if self._read_at is None else self._clock.monotonic() - self._read_at

    async def _refresh(self, key_id: str | None) -> None:
        async with self._lock:
            fresh = self._age() <= LIFETIME_SECONDS and _pick(self._keys, key_id) is not None
            now = self._clock.monotonic()
            waiting = self._tried_at is not None and now - self._tried_at < REFRESH_SECONDS
            if not fresh and not waiting:
                self._tried_at = now
                try:
                    self._keys = read_keys(await self._fetch_document())
                    self._read_at = now
                except (httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError, KeyError, TypeError, ValueError):
                    pass  # the age of what is known decides below
            if self._age() > LONGEST_STALE_SECONDS:
                message = "The identity provider does not answer"
                raise UpstreamUnavailableError(message, details={"source": "identity provider"})

    async def _fetch_document(self) -> dict[str, Any]:
        url = self._url
        if url is None:
            discovery = await fetch_document(self._client, discovery_url(self._issuer))
            if discovery["issuer"] != self._issuer:
                message = "the discovery document names another issuer"
                raise ValueError(message)
            url = str(discovery["jwks_uri"])
        return await fetch_document(self._client, url)
