"""Builds the sign-in feature."""

from __future__ import annotations

from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.signin.links import SignInLinks
from hexaops.features.signin.sessions import BrowserSessions
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's services."""
    links = SignInLinks(process.clock)
    process.provider.add(links)
    process.provider.add(BrowserSessions(process.key, links, process.provider.find(LocalIssuer), process.clock))
