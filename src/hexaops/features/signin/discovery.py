"""What the identity provider offers, from its discovery document, read again every ten minutes."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import msgspec
from msgspec import Struct

from hexaops.features.access.documents import discovery_url, fetch_document, refuse_plain_http
from hexaops.features.access.trust import IdentityProvider
from hexaops.features.signin.problems import Problem, SignInError
from hexaops.kit.clock import Clock

LIFETIME_SECONDS = 600.0
RETRY_SECONDS = 5.0
"""How long a provider that did not answer is left alone: waiting for it holds a request up."""
CHALLENGE = "S256"


class Endpoints(Struct, frozen=True):
    """Where users sign in and out, and how this provider wants it."""

    authorization: str
    token: str
    end_session: str | None
    names_itself: bool
    """Whether its answers to the browser always carry `iss` (RFC 9207)."""
    secret_in_body: bool
    """Whether the client's secret is sent in the form, because the provider does not take Basic."""


class Discovery:
    """The provider's endpoints."""

    def __init__(self, provider: IdentityProvider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._found: Endpoints | None = None
        self._read_at = self._failed_at = float("-inf")
        self._lock = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """The endpoints; raises SignInError when they are unknown, or unsuitable."""
        async with self._lock:
            now = self._clock.monotonic()
            if self._found is not None and now - self._read_at <= LIFETIME_SECONDS:
                return self._found
            if now - self._failed_at < RETRY_SECONDS:
                raise SignInError(Problem.ISSUER_UNREACHABLE, "the discovery document could not be read just now")
            try:
                self._found = _endpoints(await self._document(), self._provider.issuer.name)
            except SignInError:
                self._failed_at = now
                raise
            self._read_at = now
            return self._found

    async def _document(self) -> dict[str, Any]:
        try:
            return await fetch_document(self._provider.client, discovery_url(self._provider.issuer.name))
        except (httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError, ValueError) as error:
            reason = f"the discovery document cannot be read: {error or type(error).__name__}"
            raise SignInError(Problem.ISSUER_UNREACHABLE, reason) from error


def _endpoints(document: dict[str, Any], issuer: str) -> Endpoints:
    if document.get("issuer") != issuer:
        raise SignInError(Problem.ISSUER_UNSUITABLE, "the discovery document names another issuer")
    challenges = document.get("code_challenge_methods_supported")
    if isinstance(challenges, list) and CHALLENGE not in challenges:  # absent means unknown: Entra does not list it
        raise SignInError(Problem.ISSUER_UNSUITABLE, "the issuer does not support PKCE with S256")
    methods = document.get("token_endpoint_auth_methods_supported")
    in_body = isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
    authorization, token = _address(document, "authorization_endpoint"), _address(document, "token_endpoint")
    if authorization is None or token is None:
        raise SignInError(Problem.ISSUER_UNSUITABLE, "the discovery document lacks an endpoint")
    return Endpoints(
        authorization,
        token,
        _address(document, "end_session_endpoint"),
        document.get("authorization_response_iss_parameter_supported") is True,
        in_body,
    )


def _address(document: dict[str, Any], name: str) -> str | None:
    found = document.get(name)
    if not isinstance(found, str):
        return None
    try:
        refuse_plain_http(found)
    except (ValueError, httpx2.InvalidURL) as error:
        raise SignInError(Problem.ISSUER_UNSUITABLE, f"{name}: {error}") from error
    return found
