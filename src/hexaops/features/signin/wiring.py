"""Builds the sign-in feature."""

from __future__ import annotations

from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.signin.links import SignInLinks
from hexaops.features.signin.sessions import BrowserSessions
from hexaops.kit.clock import Clock
from hexaops.kit.keys import SecretKey
from hexaops.provide import Provider


def build_signin(provider: Provider, key: SecretKey, issuer: LocalIssuer | None, clock: Clock) -> None:
    """Build it once."""
    links = SignInLinks(clock)
    provider.add(links)
    provider.add(BrowserSessions(key, links, issuer, clock))
