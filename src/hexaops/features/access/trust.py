"""Trusted token issuers, from the settings."""

from __future__ import annotations

import httpx2

from hexaops import __version__
from hexaops.config import Settings
from hexaops.features.access.key_sets import EC_ALGORITHMS, RSA_ALGORITHMS, PublishedKeys
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.access.user_tokens import Issuer
from hexaops.kit.clock import Clock

ASYMMETRIC = RSA_ALGORITHMS | frozenset(EC_ALGORITHMS.values()) | {"EdDSA"}


def open_identity_provider(settings: Settings) -> httpx2.AsyncClient | None:
    """A client for the issuer's documents; None where no issuer is set: loading the authorities takes a while."""
    if settings.oidc_issuer is None:
        return None
    return httpx2.AsyncClient(headers={"User-Agent": f"hexaops/{__version__}"}, trust_env=False)


def trust_roots(
    settings: Settings, *, clock: Clock, client: httpx2.AsyncClient | None
) -> tuple[LocalIssuer | None, list[Issuer]]:
    """The local issuer, if it is allowed, and every issuer that tokens may name."""
    issuers: list[Issuer] = []
    local: LocalIssuer | None = None
    if settings.local_issuer:
        local = LocalIssuer(settings.home_folder(), audience=settings.oidc_audience, clock=clock)
        issuers.append(local.issuer())
    if settings.oidc_issuer and client is not None:
        keys = PublishedKeys(issuer=settings.oidc_issuer, url=settings.oidc_jwks_url, clock=clock, client=client)
        algorithms = frozenset(settings.oidc_algorithms) & ASYMMETRIC
        issuers.append(Issuer(settings.oidc_issuer, settings.oidc_audience, algorithms, keys))
    return local, issuers
