"""Trusted token issuers, from the settings."""

from __future__ import annotations

import httpx2
from msgspec import Struct

from hexaops import __version__
from hexaops.config import Settings
from hexaops.features.access.key_sets import EC_ALGORITHMS, RSA_ALGORITHMS, PublishedKeys
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.access.session_issuer import SessionIssuer
from hexaops.features.access.user_tokens import Issuer
from hexaops.kit.clock import Clock
from hexaops.kit.keys import SecretKey

ASYMMETRIC = RSA_ALGORITHMS | frozenset(EC_ALGORITHMS.values()) | {"EdDSA"}


def open_identity_provider(settings: Settings) -> httpx2.AsyncClient | None:
    """A client for the issuer's documents; None where no issuer is set: loading the authorities takes a while."""
    if settings.oidc_issuer is None:
        return None
    return httpx2.AsyncClient(headers={"User-Agent": f"hexaops/{__version__}"}, trust_env=False)


class IdentityProvider(Struct, frozen=True):
    """The configured issuer, and the client that reaches it."""

    issuer: Issuer
    client: httpx2.AsyncClient


def find_identity_provider(
    settings: Settings, *, clock: Clock, client: httpx2.AsyncClient | None
) -> IdentityProvider | None:
    """The issuer of the settings, if there is one."""
    if settings.oidc_issuer is None or client is None:
        return None
    keys = PublishedKeys(issuer=settings.oidc_issuer, url=settings.oidc_jwks_url, clock=clock, client=client)
    algorithms = frozenset(settings.oidc_algorithms) & ASYMMETRIC
    return IdentityProvider(Issuer(settings.oidc_issuer, settings.oidc_audience, algorithms, keys), client)


def find_local_issuer(settings: Settings, *, clock: Clock) -> LocalIssuer | None:
    """The home folder's issuer, if it is allowed."""
    if not settings.local_issuer:
        return None
    return LocalIssuer(settings.home_folder(), audience=settings.oidc_audience, clock=clock)


def find_session_issuer(settings: Settings, key: SecretKey, *, clock: Clock) -> SessionIssuer | None:
    """Who signs the sessions of users that sign in at the identity provider, if they can."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    return SessionIssuer(key, provider=settings.oidc_issuer, audience=settings.oidc_audience, clock=clock)
