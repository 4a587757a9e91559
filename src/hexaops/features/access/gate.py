"""The order in which every request to a guarded route is checked, and what is recorded of it.

token → principal → workspace → permission → rate limit → idempotency key → the route → audit.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from hexaops.errors import HexaopsError
from hexaops.features.access.addresses import address_group, client_address
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import (
    AddressNotAllowedError,
    ClientCertificateError,
    InvalidServiceAccountError,
    UnauthenticatedError,
    WorkspaceNotFoundError,
)
from hexaops.features.access.idempotency import IdempotencyService
from hexaops.features.access.peers import Trust, certified_name
from hexaops.features.access.principal import Principal
from hexaops.features.access.rates import InternalRateLimitExceededError, RateLimitExceededError, RateLimits, Verdict
from hexaops.features.access.request_log import RequestLog
from hexaops.features.access.service_tokens import ServiceTokens
from hexaops.features.access.user_tokens import UserTokens
from hexaops.features.routing import Entry, Policy
from hexaops.middleware import MalformedRequestError, UnsupportedMediaTypeError

Handler = Callable[[Request], Awaitable[Response]]

WORKSPACE_PARAMETER = "workspace_id"
"""The name of the path parameter that names a workspace, in both APIs' routes."""
APPLICATION_PARAMETER = "application_id"


class Authentication:
    """Tokens of both kinds; each API takes its own kind only."""

    def __init__(self, users: UserTokens, services: ServiceTokens, trust: Trust) -> None:
        self._users = users
        self._services = services
        self._trust = trust

    async def principal(self, request: Request, policy: Policy) -> Principal:
        """Authenticate the request; raises the audience's 401."""
        if policy.audience == "user":
            return await self._users.verify(_bearer(request))
        if not self._trust.allows(self.address(request)):
            raise AddressNotAllowedError
        principal = await self._service(request)
        if self._trust.client_certificates and certified_name(request) != principal.id:
            raise ClientCertificateError
        return principal

    async def _service(self, request: Request) -> Principal:
        claimed = request.headers.getlist("x-service-account")
        named = claimed[0] if len(claimed) == 1 else None
        if (basic := _basic(request)) is not None and (not claimed or named == basic[0]):
            return await self._services.verify(basic[1], basic[0])
        return await self._services.verify(_bearer(request), named)

    def address(self, request: Request) -> str:
        """Where the request comes from."""
        return client_address(request, trusted_proxies=self._trust.proxies)


class Gate:
    """Passes a request to its route or rejects it."""

    def __init__(
        self,
        authentication: Authentication,
        authorizer: Authorizer,
        *,
        limits: RateLimits,
        idempotency: IdempotencyService,
        log: RequestLog,
    ) -> None:
        self._authentication = authentication
        self._authorizer = authorizer
        self._limits = limits
        self._idempotency = idempotency
        self._log = log

    async def handle(self, request: Request, entry: Entry, handler: Handler) -> Response:
        """The route's response; rejections are raised and turned into responses by the middleware."""
        address = self._authentication.address(request)
        try:
            principal = await self._authenticate(request, entry.policy, address)
        except HexaopsError as refusal:
            await self._log.refused(request, entry, refusal, address=address)
            raise
        _refuse_nul(request)
        try:
            caller = await self._admit(request, entry.policy, principal, address)
        except HexaopsError as refusal:
            await self._log.refused(request, entry, refusal, address=address, principal=principal)
            raise
        request.state.caller = caller
        async with self._log.recording(request, entry, caller) as record:
            _refuse_other_media(request, entry.media_types)
            if entry.idempotent:
                response = await self._idempotency.run(request, caller, handler, entry.repeatable)
            else:
                response = await handler(request)
            record.status = response.status_code
            return response

    async def _authenticate(self, request: Request, policy: Policy, address: str) -> Principal:
        try:
            return await self._authentication.principal(request, policy)
        except (UnauthenticatedError, InvalidServiceAccountError):
            self._count(request, policy, await self._limits.hit("anonymous", address_group(address)))
            raise

    async def _admit(self, request: Request, policy: Policy, principal: Principal, address: str) -> Caller:
        workspace_id = request.path_params.get(WORKSPACE_PARAMETER)
        try:
            granted = await self._authorizer.enter(principal, workspace_id)
        except WorkspaceNotFoundError:
            # one window for all workspaces that the caller is no member of: probing is limited, and tells nothing
            self._count(request, policy, await self._limits.hit(policy.limit, str(principal), "elsewhere"))
            raise
        caller = Caller(
            principal=principal,
            workspace=granted.workspace,
            permissions=granted.permissions,
            request_id=request.state.request_id,
            client_address=address,
            role=granted.role,
        )
        self._count(request, policy, await self._limits.hit(policy.limit, str(principal), *_subject(request, policy)))
        if policy.permission is not None:
            caller.require(policy.permission)
        return caller

    def _count(self, request: Request, policy: Policy, verdict: Verdict) -> None:
        request.state.response_headers = verdict.headers()
        if not verdict.allowed:
            raise (
                RateLimitExceededError(verdict)
                if policy.audience == "user"
                else InternalRateLimitExceededError(verdict)
            )


def _refuse_nul(request: Request) -> None:
    """Reject NUL characters: nothing has them in its name, and PostgreSQL cannot store them."""
    if "\x00" in request.url.path or "\x00" in request.scope["path"] or "%00" in request.url.query:
        raise MalformedRequestError("The address holds a NUL character")


def _refuse_other_media(request: Request, accepted: tuple[str, ...]) -> None:
    """Reject other content types as such rather than as malformed JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    empty = request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers
    if media_type and not empty and media_type not in accepted and not media_type.endswith("+json"):
        message = "The request body must be JSON"
        raise UnsupportedMediaTypeError(message, details={"content_type": f"{' or '.join(accepted)} is expected"})


def _subject(request: Request, policy: Policy) -> tuple[str, ...]:
    """What a limit is counted by, besides the principal."""
    if policy.limit == "application":
        return (request.path_params.get(APPLICATION_PARAMETER, ""),)
    if policy.limit in {"health", "logs", "log_push"}:
        return ()
    return (request.path_params.get(WORKSPACE_PARAMETER, ""),)


def _basic(request: Request) -> tuple[str, str] | None:
    """Account and token as name and password: for clients that can send no header of their own."""
    lines = request.headers.getlist("authorization")
    scheme, _, encoded = lines[0].partition(" ") if len(lines) == 1 else ("", "", "")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, token = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, token) if colon else None


def _bearer(request: Request) -> str | None:
    """The bearer token; None when there is none, or more than one header to choose from."""
    lines = request.headers.getlist("authorization")
    if len(lines) != 1:
        return None
    scheme, _, token = lines[0].partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
