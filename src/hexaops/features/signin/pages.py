"""The three addresses that a browser visits to sign in and out at the identity provider.

They are pages, not calls: each answers with a redirect and shows nothing itself. What went wrong is named by its code
behind the `#` of the console's address, where the console words it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypedDict

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hexaops.features.access.addresses import address_group, client_address
from hexaops.features.access.rates import RateLimits
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.signin.attempts import LIFETIME_SECONDS
from hexaops.features.signin.problems import Problem, SignInError
from hexaops.features.signin.provider_sign_in import CALLBACK_PATH, SIGN_OUT_PATH, START_PATH, ProviderSignIn, SignedIn

COOKIE = "hexaops_sign_in"
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
PROBLEM_PREFIX = "/#sign-in-problem="
RESOURCE = f"GET {CALLBACK_PATH}"

logger = logging.getLogger(__name__)


class SignInPages(Struct, frozen=True):
    """Takes requests to the sign-in and gives redirects."""

    sign_in: ProviderSignIn
    limits: RateLimits
    audit: AuditLog
    trusted_proxies: int

    @property
    def address(self) -> str:
        """Where the console sends whoever wants to sign in."""
        return self.sign_in.base + START_PATH

    @property
    def routes(self) -> tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...]:
        """Path and endpoint of each. A navigation carries no token, so they stand outside the gate."""
        return (START_PATH, self.start), (CALLBACK_PATH, self.callback), (SIGN_OUT_PATH, self.sign_out)

    async def start(self, request: Request) -> Response:
        """Send the browser to the provider."""
        try:
            await self._count(request)
            location, cookie = await self.sign_in.start(request.query_params.get("next", ""))
        except SignInError as error:
            return self._failed(request, error)
        return _redirect(location, self._cookie(cookie, LIFETIME_SECONDS))

    async def callback(self, request: Request) -> Response:
        """Take the provider's answer, open a session and go to the console."""
        try:
            await self._count(request)
            signed_in = await self.sign_in.finish(_parameters(request), request.cookies.get(self._cookie_name, ""))
        except SignInError as error:
            await self._record(request, error)
            # A stranger's link must not end the sign-in that this browser has begun.
            ended = () if error.problem is Problem.ATTEMPT_UNKNOWN else (self._cookie("", 0),)
            return self._failed(request, error, *ended)
        await self._record(request, signed_in)
        location = f"/#{signed_in.next}" if signed_in.next else "/"
        opened = signed_in.session.set_cookie(secure=self.sign_in.is_secure)
        return _redirect(location, opened, self._cookie("", 0))

    async def sign_out(self, request: Request) -> Response:
        """Send a browser whose session has been closed to the provider's own sign-out."""
        try:
            await self._count(request)
        except SignInError as error:
            return self._failed(request, error)
        return _redirect(await self.sign_in.sign_out_location())

    @property
    def _cookie_name(self) -> str:
        """Over TLS with a prefix that no other host of the domain can set a cookie with."""
        return f"__Host-{COOKIE}" if self.sign_in.is_secure else COOKIE

    def _cookie(self, value: str, seconds: int) -> str:
        """`Lax`, because the provider's answer comes from another site; a navigation to this one still carries it."""
        secure = "; Secure" if self.sign_in.is_secure else ""
        return f"{self._cookie_name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    async def _count(self, request: Request) -> None:
        address = client_address(request, trusted_proxies=self.trusted_proxies)
        if not (await self.limits.hit("anonymous", address_group(address))).allowed:
            raise SignInError(Problem.TOO_MANY_ATTEMPTS, "the limit of anonymous requests is reached")

    def _failed(self, request: Request, error: SignInError, *cookies: str) -> Response:
        logger.warning("a sign-in failed", extra={"problem": error.problem.value, "reason": error.reason})
        return _redirect(f"{PROBLEM_PREFIX}{error.problem.value}/{request.state.request_id}", *cookies)

    async def _record(self, request: Request, result: SignedIn | SignInError) -> None:
        address = client_address(request, trusted_proxies=self.trusted_proxies)
        shared: _Shared = {
            "resource": RESOURCE,
            "request_id": request.state.request_id,
            "client_address": address,
        }
        if isinstance(result, SignedIn):
            await self.audit.append(AuditEvent("session.opened", "user", result.user.id, **shared))
        elif result.problem is not Problem.TOO_MANY_ATTEMPTS:  # which would fill the log as fast as somebody asks
            details = {"problem": result.problem.value}
            refused = AuditEvent("session.refused", "anonymous", address, outcome="refused", details=details, **shared)
            await self.audit.append(refused)


class _Shared(TypedDict):
    resource: str
    request_id: str
    client_address: str


def _parameters(request: Request) -> dict[str, str]:
    """The query's parameters; none may be given twice (RFC 6749, section 3.1)."""
    items = request.query_params.multi_items()
    found = dict(items)
    if len(found) != len(items):
        raise SignInError(Problem.ISSUER_REFUSED, "a parameter of the answer is given twice")
    return found


def _redirect(location: str, *cookies: str) -> Response:
    response = Response(status_code=303, headers={**HEADERS, "Location": location})
    for cookie in cookies:
        response.headers.append("Set-Cookie", cookie)
    return response
