"""Signing in at the identity provider: OpenID Connect's authorization code flow with PKCE."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
from msgspec import Struct

from hexaops.config import Settings
from hexaops.features.access.principal import Principal
from hexaops.features.access.session_issuer import SessionIssuer
from hexaops.features.access.trust import IdentityProvider
from hexaops.features.signin.attempts import Attempts
from hexaops.features.signin.discovery import CHALLENGE, Discovery, Endpoints
from hexaops.features.signin.exchange import CodeExchange, named
from hexaops.features.signin.problems import Problem, SignInError
from hexaops.features.signin.sessions import BrowserSessions, Session
from hexaops.kit.clock import Clock
from hexaops.kit.keys import SecretKey

START_PATH = "/sign-in"
CALLBACK_PATH = "/sign-in/callback"
SIGN_OUT_PATH = "/sign-out"
LONGEST_CODE = 4096


class SignedIn(Struct, frozen=True):
    """A user, the session opened for them, and where in the console they wanted to go."""

    user: Principal
    session: Session
    next: str


class ProviderSignIn:
    """What a deployment with a client id at its issuer offers beside links and tokens."""

    def __init__(
        self,
        settings: Settings,
        provider: IdentityProvider,
        issuer: SessionIssuer,
        sessions: BrowserSessions,
        key: SecretKey,
        clock: Clock,
    ) -> None:
        self.base = settings.oidc_redirect_base or ""
        self.is_secure = self.base.startswith("https:")
        self._client_id = settings.oidc_client_id or ""
        self._scope = " ".join(settings.oidc_scopes)
        self._lifetime = timedelta(hours=settings.oidc_session_hours)
        self._name = provider.issuer.name
        self._issuer = issuer
        self._sessions = sessions
        self._redirect = self.base + CALLBACK_PATH
        self._attempts = Attempts(key, clock)
        self._discovery = Discovery(provider, clock)
        self._exchange = CodeExchange(settings, provider, self._redirect, clock)

    async def start(self, next_place: str) -> tuple[str, str]:
        """Where the browser goes to sign in, and the value of the cookie that it keeps meanwhile."""
        attempt = self._attempts.create(next_place)
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect,
            "scope": self._scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": CHALLENGE,
        }
        endpoints = await self._discovery.endpoints()
        return _with_query(endpoints.authorization, asked), self._attempts.seal(attempt)

    async def finish(self, answer: Mapping[str, str], cookie: str) -> SignedIn:
        """The session of the user whom the provider's answer names; raises SignInError."""
        attempt = self._attempts.open(cookie, answer.get("state", ""))
        endpoints = await self._discovery.endpoints()
        user = await self._exchange.redeem(self._code(answer, endpoints), attempt, endpoints)
        session = self._sessions.start(self._issuer.issue(user, lifetime=self._lifetime))
        return SignedIn(user, session, attempt.next)

    async def sign_out_location(self) -> str:
        """Where the browser goes to sign out at the provider too; the console where the provider offers no such place.

        No token goes along as a hint, because it would stand in an address; the provider may ask the user instead.
        """
        try:
            address = (await self._discovery.endpoints()).end_session
        except SignInError:
            address = None
        home = f"{self.base}/"
        if address is None:
            return home
        return _with_query(address, {"client_id": self._client_id, "post_logout_redirect_uri": home})

    def _code(self, answer: Mapping[str, str], endpoints: Endpoints) -> str:
        """The code, once it is clear that it comes from the provider that was asked."""
        named_issuer = answer.get("iss")
        if (named_issuer is not None or endpoints.names_itself) and named_issuer != self._name:
            raise SignInError(Problem.ISSUER_MIXED_UP, "the answer does not name the issuer that was asked")
        error = answer.get("error")
        if error is not None:
            problem = Problem.ACCESS_DENIED if error == "access_denied" else Problem.ISSUER_REFUSED
            raise SignInError(problem, f"the issuer refuses: {named(error)}")
        code = answer.get("code", "")
        if not 0 < len(code) <= LONGEST_CODE:
            raise SignInError(Problem.ISSUER_REFUSED, "the issuer's answer holds no code")
        return code


def _with_query(address: str, values: Mapping[str, str]) -> str:
    """The address with these parameters added to its own, which it may have."""
    return f"{address}{'&' if httpx2.URL(address).query else '?'}{urlencode(values)}"
