"""Which issuers' user tokens are accepted, from the settings."""

from __future__ import annotations

import httpx2

from hexaops.config import Settings
from hexaops.features.access.key_sets import EC_ALGORITHMS, RSA_ALGORITHMS, PublishedKeys
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.access.user_tokens import Issuer
from hexaops.kit.clock import Clock

ASYMMETRIC = RSA_ALGORITHMS | frozenset(EC_ALGORITHMS.values()) | {"EdDSA"}


def trust_roots(
    settings: Settings, *, clock: Clock, client: httpx2.AsyncClient
) -> tuple[LocalIssuer | None, list[Issuer]]:
    """The local issuer, if it is allowed, and every issuer that tokens may name."""
    issuers: list[Issuer] = []
    local: LocalIssuer | None = None
    if settings.local_issuer:
        local = LocalIssuer(settings.home_folder(), audience=settings.oidc_audience, clock=clock)
        issuers.append(local.issuer())
    if settings.oidc_issuer:
        keys = PublishedKeys(issuer=settings.oidc_issuer, url=settings.oidc_jwks_url, clock=clock, client=client)
        algorithms = frozenset(settings.oidc_algorithms) & ASYMMETRIC
        issuers.append(Issuer(settings.oidc_issuer, settings.oidc_audience, algorithms, keys))
    return local, issuers
