"""The guard by itself: what it asks in which order, and what it counts, with parts that note how they are called."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import Request, Response

from hexaops.errors import HexaopsError
from hexaops.features.access.authorize import Grant
from hexaops.features.access.errors import (
    AddressNotAllowedError,
    ClientCertificateError,
    InvalidServiceAccountError,
    UnauthenticatedError,
    WorkspaceNotFoundError,
)
from hexaops.features.access.gate import Authentication, Gate, _basic, _bearer
from hexaops.features.access.peers import Trust
from hexaops.features.access.principal import Principal
from hexaops.features.access.rates import InternalRateLimitExceededError, RateLimitExceededError, Verdict
from hexaops.features.routing import Entry, Policy, service, user
from tests.features.access.test_caller import WORKSPACE

USER = Principal("user", "anna", "Anna")
ACCOUNT = Principal("service", "sa-1", "robot", frozenset({"logs:read"}))
Lines = Sequence[tuple[str, str]]


def request(*headers: tuple[str, str], path: str = "/", query: bytes = b"", **more: Any) -> Request:
    lines = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": lines,
             "server": ("h", 80), "scheme": "http", "client": ("10.1.2.3", 5), "path_params": {}, **more}  # fmt: skip
    made = Request(scope)
    made.state.request_id = "req-1"
    return made


def basic(text: str) -> tuple[str, str]:
    return ("Authorization", f"Basic {base64.b64encode(text.encode()).decode()}")


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ([("Authorization", "Bearer abc")], "abc"),
        ([("authorization", "bearer   abc ")], "abc"),
        ([("Authorization", "Bearer ")], None),
        ([("Authorization", "Basic abc")], None),
        ([("Authorization", "Bearer abc"), ("Authorization", "Bearer abc")], None),
        ([], None),
    ],
)
def test_a_bearer_token_is_taken_from_one_header(headers: Lines, token: str | None) -> None:
    assert _bearer(request(*headers)) == token


@pytest.mark.parametrize(
    ("headers", "pair"),
    [
        ([basic("sa-1:secret")], ("sa-1", "secret")),
        ([basic("sa-1:a:b")], ("sa-1", "a:b")),
        ([basic("nothing")], None),
        ([basic("sa-1:secret"), basic("sa-1:secret")], None),
        ([("Authorization", "Basic c2EtMTpzZWNyZXQ=!")], None),
        ([("Authorization", "Basic c2EtMTp!zZWNyZXQ=")], None),
        ([("Authorization", "Bearer c2EtMTpzZWNyZXQ=")], None),
        ([], None),
    ],
)
def test_name_and_password_are_an_account_and_its_token(headers: Lines, pair: tuple[str, str] | None) -> None:
    assert _basic(request(*headers)) == pair


@dataclass
class Parts:
    """What the guard is made of; `calls` has what was asked of it, in order."""

    principal: Principal | HexaopsError = USER
    grant: Grant | HexaopsError = field(default_factory=lambda: Grant(WORKSPACE, frozenset({"read_logs"}), "viewer"))
    full: frozenset[str] = frozenset()
    """Limits that are used up."""
    trust: Trust = Trust()  # noqa: RUF009 # a frozen value
    calls: list[Any] = field(default_factory=list)
    status: int | None = None

    async def verify(self, *given: str | None) -> Principal:
        """As both kinds of tokens do."""
        self.calls.append(("token", *given))
        if isinstance(self.principal, HexaopsError):
            raise self.principal
        return self.principal

    async def enter(self, principal: Principal, workspace_id: str | None) -> Grant:
        """As Authorizer does."""
        self.calls.append(("enter", principal.id, workspace_id))
        if isinstance(self.grant, HexaopsError):
            raise self.grant
        return self.grant

    async def hit(self, limit: str, *subject: str) -> Verdict:
        """As RateLimits does."""
        self.calls.append(("count", limit, *subject))
        return Verdict(limit not in self.full, 7, 3, 99, 12.0, "7 requests per hour", True)

    async def run(self, given: Request, caller: Any, handler: Any, repeatable: Any) -> Response:
        """As IdempotencyService does."""
        self.calls.append(("once", caller.principal.id, repeatable))
        return cast(Response, await handler(given))

    async def refused(self, _request: Request, _entry: Entry, refusal: HexaopsError, **given: Any) -> None:
        """As RequestLog does."""
        self.calls.append(("refused", refusal.code, given))

    @asynccontextmanager
    async def recording(self, _request: Request, _entry: Entry, caller: Any) -> AsyncIterator[Any]:
        """As RequestLog does."""
        record = SimpleNamespace(status=None)
        self.calls.append(("recording", caller.client_address))
        yield record
        self.status = record.status

    def authentication(self) -> Authentication:
        """The first part of the guard."""
        return Authentication(cast(Any, self), cast(Any, self), self.trust)

    async def handle(self, given: Request, entry: Entry) -> Response:
        """One request through the whole guard."""
        same = cast(Any, self)
        gate = Gate(self.authentication(), same, limits=same, idempotency=same, log=same)

        async def handler(_request: Request) -> Response:
            self.calls.append("handler")
            return Response(b"", 202)

        return await gate.handle(given, entry, handler)


def entry(policy: Policy, **more: Any) -> Entry:
    return Entry("POST", "/x", cast(Any, None), policy, **more)


def inside(*headers: tuple[str, str], **more: Any) -> Request:
    return request(*headers, path_params={"workspace_id": "ws-1"}, **more)


BEARER = ("Authorization", "Bearer abc")


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ([BEARER, ("X-Service-Account", "sa-1")], ("abc", "sa-1")),
        ([BEARER], ("abc", None)),
        ([BEARER, ("X-Service-Account", "sa-1"), ("X-Service-Account", "sa-1")], ("abc", None)),
        ([basic("sa-1:t")], ("t", "sa-1")),
        ([basic("sa-1:t"), ("X-Service-Account", "sa-1")], ("t", "sa-1")),
        ([basic("sa-1:t"), ("X-Service-Account", "sa-2")], (None, "sa-2")),
        ([basic("sa-1:t"), ("X-Service-Account", "sa-1"), ("X-Service-Account", "sa-1")], (None, None)),
    ],
)
async def test_an_account_is_named_once(headers: Lines, asked: tuple[str | None, str | None]) -> None:
    parts = Parts(ACCOUNT)
    assert await parts.authentication().principal(request(*headers), service()) is ACCOUNT
    assert parts.calls == [("token", *asked)]


async def test_each_api_takes_its_own_kind_of_token() -> None:
    parts = Parts(trust=Trust(networks=(ip_network("192.168.0.0/16"),), client_certificates=True))
    assert await parts.authentication().principal(request(BEARER), user()) is USER
    assert parts.calls == [("token", "abc")]
    with pytest.raises(AddressNotAllowedError):
        await parts.authentication().principal(request(BEARER), service())
    assert len(parts.calls) == 1


@pytest.mark.parametrize(("name", "refused"), [("CN=sa-1", False), ("CN=sa-2", True), (None, True)])
async def test_a_client_certificate_is_the_account_s(name: str | None, refused: bool) -> None:
    asked = request(BEARER, extensions={"tls": {"client_cert_name": name}})
    assert await Parts(ACCOUNT).authentication().principal(asked, service()) is ACCOUNT
    strict = Parts(ACCOUNT, trust=Trust(client_certificates=True)).authentication()
    if refused:
        with pytest.raises(ClientCertificateError):
            await strict.principal(asked, service())
    else:
        assert await strict.principal(asked, service()) is ACCOUNT


async def test_the_order_of_a_request() -> None:
    parts, asked = Parts(), inside(BEARER)
    answer = await parts.handle(asked, entry(user("read_logs", limit="logs")))
    assert parts.calls == [
        ("token", "abc"), ("enter", "anna", "ws-1"), ("count", "logs", "user:anna"), ("recording", "10.1.2.3"),
        "handler",
    ]  # fmt: skip
    assert (answer.status_code, parts.status) == (202, 202)
    caller = asked.state.caller
    assert (caller.workspace, caller.role, caller.permissions) == (WORKSPACE, "viewer", {"read_logs"})
    assert (caller.request_id, caller.client_address) == ("req-1", "10.1.2.3")
    expected = {"X-RateLimit-Limit": "7", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "99"}
    assert asked.state.response_headers == expected


async def test_an_idempotent_route_is_run_under_its_key() -> None:
    parts = Parts()
    await parts.handle(inside(BEARER), entry(user(), idempotent=True, repeatable=bool))
    assert parts.calls[-2:] == [("once", "anna", bool), "handler"]


@pytest.mark.parametrize(
    ("limit", "subject"),
    [
        ("public", ("ws-1",)), ("workspace", ("ws-1",)), ("application", ("app-1",)),
        ("health", ()), ("logs", ()), ("log_push", ()),
    ],
)  # fmt: skip
async def test_what_a_limit_is_counted_by(limit: str, subject: tuple[str, ...]) -> None:
    parts = Parts()
    params = {"workspace_id": "ws-1", "application_id": "app-1"}
    await parts.handle(request(BEARER, path_params=params), entry(user(limit=limit)))
    assert ("count", limit, "user:anna", *subject) in parts.calls
    without = Parts(grant=Grant(None, frozenset()))
    await without.handle(request(BEARER), entry(user(limit=limit)))
    assert ("count", limit, "user:anna", *("" for _ in subject)) in without.calls


@pytest.mark.parametrize("error", [UnauthenticatedError("missing"), InvalidServiceAccountError(None, "missing")])
async def test_a_caller_without_a_right_token_is_counted_by_address(error: HexaopsError) -> None:
    policy = user() if isinstance(error, UnauthenticatedError) else service()
    parts = Parts(error)
    with pytest.raises(type(error)):
        await parts.handle(inside(BEARER), entry(policy))
    assert parts.calls[1:] == [("count", "anonymous", "10.1.2.3"), ("refused", error.code, {"address": "10.1.2.3"})]
    with pytest.raises(RateLimitExceededError):
        await Parts(error, full=frozenset({"anonymous"})).handle(inside(BEARER), entry(policy))


@pytest.mark.parametrize(
    ("policy", "error"), [(user(), RateLimitExceededError), (service(), InternalRateLimitExceededError)]
)
async def test_a_used_up_limit_refuses_in_the_audience_s_words(policy: Policy, error: type[HexaopsError]) -> None:
    principal = USER if policy.audience == "user" else ACCOUNT
    parts = Parts(principal, full=frozenset({policy.limit}))
    with pytest.raises(RateLimitExceededError) as refused:
        await parts.handle(inside(BEARER), entry(policy))
    assert type(refused.value) is error
    assert parts.calls[-1] == ("refused", error.code, {"address": "10.1.2.3", "principal": principal})


async def test_probing_for_workspaces_is_counted_in_one_window() -> None:
    parts = Parts(grant=WorkspaceNotFoundError())
    with pytest.raises(WorkspaceNotFoundError):
        await parts.handle(inside(BEARER), entry(user("read_logs")))
    assert parts.calls[2:] == [
        ("count", "public", "user:anna", "elsewhere"),
        ("refused", "WORKSPACE_NOT_FOUND", {"address": "10.1.2.3", "principal": USER}),
    ]
    with pytest.raises(RateLimitExceededError):
        await Parts(grant=WorkspaceNotFoundError(), full=frozenset({"public"})).handle(inside(BEARER), entry(user()))


async def test_a_missing_permission_refuses_after_it_was_counted() -> None:
    parts = Parts()
    with pytest.raises(HexaopsError) as refused:
        await parts.handle(inside(BEARER), entry(user("execute_actions")))
    assert refused.value.status == 403
    assert [call[0] for call in parts.calls] == ["token", "enter", "count", "refused"]


@pytest.mark.parametrize(("path", "query"), [("/a\x00", b""), ("/a", b"x=%00y")])
async def test_nul_is_refused_before_anything_is_looked_up(path: str, query: bytes) -> None:
    parts = Parts()
    with pytest.raises(HexaopsError) as refused:
        await parts.handle(inside(BEARER, path=path, query=query), entry(user()))
    assert refused.value.status == 400
    assert parts.calls == [("token", "abc")]


async def test_another_media_type_is_refused_before_the_route() -> None:
    parts, text = Parts(), (("Content-Type", "text/plain"), ("Content-Length", "3"))
    with pytest.raises(HexaopsError) as refused:
        await parts.handle(inside(BEARER, *text), entry(user()))
    assert refused.value.status == 415
    assert "handler" not in parts.calls
    await parts.handle(inside(BEARER, *text), entry(user(), media_types=("text/plain",)))
    assert parts.calls[-1] == "handler"
