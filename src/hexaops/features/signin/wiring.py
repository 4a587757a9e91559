"""Builds the sign-in feature."""

from __future__ import annotations

from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.access.rates import RateLimits
from hexaops.features.access.session_issuer import SessionIssuer
from hexaops.features.access.trust import IdentityProvider
from hexaops.features.audit.log import AuditLog
from hexaops.features.signin.links import SignInLinks
from hexaops.features.signin.pages import SignInPages
from hexaops.features.signin.provider_sign_in import ProviderSignIn
from hexaops.features.signin.sessions import BrowserSessions
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's services."""
    provider, clock, settings = process.provider, process.clock, process.settings
    links = SignInLinks(clock)
    sessions = BrowserSessions(process.key, links, provider.find(LocalIssuer), clock)
    provider.add(links)
    provider.add(sessions)
    outside, issuer = provider.find(IdentityProvider), provider.find(SessionIssuer)
    if outside is None or issuer is None:
        return
    if settings.oidc_client_secret is not None:
        process.redactor.add(settings.oidc_client_secret.get_secret_value())
    sign_in = ProviderSignIn(settings, outside, issuer, sessions, process.key, clock)
    provider.add(SignInPages(sign_in, provider.get(RateLimits), provider.get(AuditLog), settings.trusted_proxies))
