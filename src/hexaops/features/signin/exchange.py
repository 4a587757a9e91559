"""Exchanges an authorization code for the user that its ID token names (OpenID Connect Core, section 3.1.3)."""

from __future__ import annotations

import base64
import hmac
from typing import Any
from urllib.parse import quote_plus

import httpx2
import msgspec
from msgspec.structs import replace

from hexaops.config import Settings
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.documents import FETCH_SECONDS, read_bounded
from hexaops.features.access.errors import UnauthenticatedError
from hexaops.features.access.principal import Principal
from hexaops.features.access.trust import IdentityProvider
from hexaops.features.access.user_tokens import LEEWAY_SECONDS, UserTokens, VerifiedToken
from hexaops.features.signin.attempts import Attempt
from hexaops.features.signin.discovery import Endpoints
from hexaops.features.signin.problems import Problem, SignInError
from hexaops.kit.clock import Clock

OK = 200
FIRST_FAILURE = 500
REFUSALS = {
    "invalid_grant": Problem.CODE_REFUSED,
    "invalid_client": Problem.CLIENT_REFUSED,
    "unauthorized_client": Problem.CLIENT_REFUSED,
}


class _Answer(msgspec.Struct):
    """The token endpoint's answer, as far as it is of use."""

    id_token: str | None = None
    error: str | None = None


class CodeExchange:
    """The service's side of the token endpoint."""

    def __init__(self, settings: Settings, provider: IdentityProvider, redirect: str, clock: Clock) -> None:
        self._client_id = settings.oidc_client_id or ""
        self._secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        self._client = provider.client
        self._redirect = redirect
        self._clock = clock
        # An ID token is made for the client, not for the API: only the audience differs from an access token's.
        self._tokens = UserTokens([replace(provider.issuer, audience=self._client_id)], clock=clock)

    async def redeem(self, code: str, attempt: Attempt, endpoints: Endpoints) -> Principal:
        """The user whom the provider has signed in; raises SignInError."""
        answer = await self._ask(code, attempt, endpoints)
        if answer.id_token is None:
            raise SignInError(Problem.TOKEN_REFUSED, "the token endpoint gave no ID token")
        verified = await self._verified(answer.id_token)
        self._check(verified.claims, attempt)
        return verified.principal

    async def _ask(self, code: str, attempt: Attempt, endpoints: Endpoints) -> _Answer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": attempt.verifier,
        }
        headers = {"Accept": "application/json"}
        if self._secret is not None and not endpoints.secret_in_body:
            headers["Authorization"] = _basic(self._client_id, self._secret)
        else:
            form["client_id"] = self._client_id
            if self._secret is not None:
                form["client_secret"] = self._secret
        status, body = await self._post(endpoints.token, form, headers)
        if status >= FIRST_FAILURE:
            raise SignInError(Problem.ISSUER_UNREACHABLE, f"the token endpoint answers with status {status}")
        try:
            answer = msgspec.json.decode(body, type=_Answer)
        except msgspec.DecodeError as error:
            reason = f"the token endpoint's answer (status {status}) is not one: {type(error).__name__}"
            raise SignInError(Problem.ISSUER_UNREACHABLE, reason) from error
        if status != OK:
            problem = REFUSALS.get(answer.error or "", Problem.ISSUER_REFUSED)
            raise SignInError(problem, f"the token endpoint refuses (status {status}): {named(answer.error)}")
        return answer

    async def _post(self, url: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
        options: dict[str, Any] = {"timeout": FETCH_SECONDS, "follow_redirects": False}
        try:
            async with self._client.stream("POST", url, data=form, headers=headers, **options) as answer:
                return answer.status_code, await read_bounded(answer)
        except (httpx2.HTTPError, ValueError) as error:
            reason = f"the token endpoint does not answer: {error or type(error).__name__}"
            raise SignInError(Problem.ISSUER_UNREACHABLE, reason) from error

    async def _verified(self, token: str) -> VerifiedToken:
        try:
            return await self._tokens.read(token)
        except UnauthenticatedError as error:
            if error.details["token_status"] == "expired":  # noqa: S105 # a status
                raise SignInError(Problem.CLOCK_SKEW, "the ID token has expired already: compare clocks") from None
            ahead = self._seconds_ahead(token)
            if ahead > LEEWAY_SECONDS:
                reason = f"the issuer's clock is {ahead:.0f} s ahead of this one"
                raise SignInError(Problem.CLOCK_SKEW, reason) from None
            raise SignInError(Problem.TOKEN_REFUSED, "the ID token is not valid") from None
        except UpstreamUnavailableError as error:
            raise SignInError(Problem.ISSUER_UNREACHABLE, "the issuer's keys cannot be read") from error

    def _seconds_ahead(self, token: str) -> float:
        """How far in the future a refused token says that it was issued; only chooses the words of its refusal."""
        try:
            body = token.split(".")[1]
            issued = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=_Issued).iat
        except (IndexError, ValueError, msgspec.DecodeError):
            return 0.0
        return issued - self._clock.now().timestamp()

    def _check(self, claims: Any, attempt: Attempt) -> None:
        nonce, party = claims.get("nonce"), claims.get("azp")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), attempt.nonce.encode()):
            raise SignInError(Problem.TOKEN_REFUSED, "the ID token's nonce is not the one of this sign-in")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if (party is not None or len(audiences) > 1) and party != self._client_id:
            raise SignInError(Problem.TOKEN_REFUSED, "the ID token was made for another client (azp)")


class _Issued(msgspec.Struct):
    iat: float


def named(error: str | None) -> str:
    """An error's code, if it is one; texts of others are not repeated."""
    return error if error and len(error) <= 64 and error.replace("_", "").isalnum() and error.isascii() else "no code"


def _basic(client_id: str, secret: str) -> str:
    """Form-encoded before they are joined (RFC 6749, section 2.3.1)."""
    joined = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(joined.encode()).decode()}"
