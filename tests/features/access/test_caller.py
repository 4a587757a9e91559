"""What a caller may do, and what is written of it: each decision by itself, without a request."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import UTC, datetime
from typing import cast

import pytest
from fastapi import Request
from msgspec.structs import replace

from hexaops.errors import HexaopsError
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller, caller_of
from hexaops.features.access.errors import (
    InsufficientPermissionsError,
    InsufficientScopesError,
    WorkspaceNotFoundError,
)
from hexaops.features.access.gate import _refuse_nul, _refuse_other_media
from hexaops.features.access.permissions import ADMINISTRATION, ROLES, SCOPES, SCOPES_WHILE_SUSPENDED, WHILE_SUSPENDED
from hexaops.features.access.principal import Principal
from hexaops.features.access.tenancy import Membership, Role, Tenancy, Workspace, WorkspacePolicy

START = datetime(2024, 1, 1, tzinfo=UTC)
ALL = frozenset(SCOPES)
FREE = Principal("service", "sa-1", "free", ALL)
BOUND = replace(FREE, workspace_ids=frozenset({"ws-1"}))
USER = Principal("user", "u-1", "anna")
WORKSPACE = Workspace(
    "ws-1",
    "One",
    "shared",
    "c-1",
    "active",
    None,
    frozenset(),
    WorkspacePolicy(),
    "UTC",
    datetime(2024, 1, 1, tzinfo=UTC),
)


class OneWorkspace:
    """Knows `ws-1`, and `ws-2`, which is suspended; anna is an admin of both, and otto has no role in the first."""

    async def find(self, workspace_id: str) -> Workspace | None:
        """As Tenancy does."""
        known = {"ws-1": WORKSPACE, "ws-2": replace(WORKSPACE, id="ws-2", status="suspended")}
        return known.get(workspace_id)

    async def find_membership(self, workspace_id: str, user_id: str) -> Membership | None:
        """As Tenancy does."""
        workspace = await self.find(workspace_id)
        roles: dict[str, Role | None] = {"u-1": "admin", "u-2": None}
        return Membership(workspace, roles[user_id]) if workspace and user_id in roles else None


def caller(principal: Principal, permissions: Set[str], workspace: Workspace | None = WORKSPACE) -> Caller:
    return Caller(principal, workspace, permissions, "req-1", "10.0.0.1")


@pytest.fixture
def authorizer() -> Authorizer:
    return Authorizer(cast(Tenancy, OneWorkspace()))


@pytest.mark.parametrize("principal", [FREE, USER])
def test_a_permission_is_held_or_refused(principal: Principal) -> None:
    held = caller(principal, {"read_audit"})
    held.require("read_audit")
    with pytest.raises(HexaopsError) as refused:
        held.require("execute_actions")
    kind = InsufficientPermissionsError if principal is USER else InsufficientScopesError
    assert (type(refused.value), refused.value.status) == (kind, 403)


def test_a_route_without_a_workspace_has_none() -> None:
    assert caller(FREE, ALL).get_workspace() is WORKSPACE
    with pytest.raises(WorkspaceNotFoundError):
        caller(FREE, ALL, None).get_workspace()


def test_an_event_says_who_and_where() -> None:
    event = caller(USER, ALL).event("x", details={"a": 1})
    assert (event.actor_kind, event.actor_id, event.workspace_id, event.details) == ("user", "u-1", "ws-1", {"a": 1})
    assert (event.action, event.resource) == ("x", None)
    assert (event.request_id, event.client_address, event.outcome) == ("req-1", "10.0.0.1", "ok")
    assert caller(USER, ALL).event("x", workspace_id="ws-9").workspace_id == "ws-9"
    assert caller(USER, ALL, None).event("x").workspace_id is None
    assert caller(USER, ALL).event("x").details == {}


def test_a_binding_decides_where_an_account_may_enter() -> None:
    assert FREE.may_enter("ws-1")
    assert BOUND.may_enter("ws-1")
    assert not BOUND.may_enter("ws-2")
    assert not USER.may_enter("ws-1")
    assert not replace(USER, workspace_ids=frozenset({"ws-1"})).may_enter("ws-1")
    assert (FREE.is_bound, BOUND.is_bound) == (False, True)
    assert (str(FREE), str(USER)) == ("service:sa-1", "user:u-1")


async def test_the_caller_is_the_guard_s() -> None:
    given = request()
    given.state.caller = caller(USER, ALL)
    assert await caller_of(given) is given.state.caller


async def test_scopes_by_binding_and_state(authorizer: Authorizer) -> None:
    assert (await authorizer.enter(FREE, None)).permissions == ALL
    assert (await authorizer.enter(BOUND, None)).permissions == ALL - {ADMINISTRATION}
    assert (await authorizer.enter(FREE, "ws-1")).permissions == ALL
    assert (await authorizer.enter(FREE, "ws-2")).permissions == ALL & SCOPES_WHILE_SUSPENDED
    for principal, workspace_id in ((BOUND, "ws-2"), (FREE, "ws-9")):
        with pytest.raises(WorkspaceNotFoundError):
            await authorizer.enter(principal, workspace_id)


async def test_a_member_s_role_decides(authorizer: Authorizer) -> None:
    outside = await authorizer.enter(USER, None)
    assert (outside.workspace, outside.permissions, outside.role) == (None, frozenset(), None)
    entered = await authorizer.enter(USER, "ws-1")
    assert (entered.workspace, entered.permissions, entered.role) == (WORKSPACE, ROLES["admin"], "admin")
    suspended = await authorizer.enter(USER, "ws-2")
    assert suspended.permissions == ROLES["admin"] & WHILE_SUSPENDED
    assert not suspended.permissions - ROLES["admin"]
    for user in (replace(USER, id="u-2"), replace(USER, id="u-3")):
        with pytest.raises(WorkspaceNotFoundError):
            await authorizer.enter(user, "ws-1")


async def test_the_object_s_workspace_decides_where_the_path_has_none(authorizer: Authorizer) -> None:
    outside = caller(USER, frozenset(), None)
    entered = await authorizer.authorize(outside, "read_audit", "ws-2")
    assert entered.workspace is not None
    assert (entered.workspace.id, entered.role, entered.request_id) == ("ws-2", "admin", "req-1")
    assert (await authorizer.authorize(outside, None, "ws-1")).permissions == ROLES["admin"]
    with pytest.raises(InsufficientPermissionsError):
        await authorizer.authorize(outside, "execute_actions", "ws-2")


async def test_an_account_with_few_scopes_gets_no_others(authorizer: Authorizer) -> None:
    few = replace(FREE, scopes=frozenset({"logs:read", "logs:push:json"}))
    assert (await authorizer.enter(few, "ws-1")).permissions == {"logs:read", "logs:push:json"}
    assert (await authorizer.enter(few, "ws-2")).permissions == {"logs:read"}
    assert (await authorizer.enter(few, "ws-2")).workspace == replace(WORKSPACE, id="ws-2", status="suspended")


def request(path: str = "/", query: bytes = b"", headers: Mapping[str, str] | None = None) -> Request:
    lines = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": lines,
             "server": ("h", 80), "scheme": "http"}  # fmt: skip
    return Request(scope)


@pytest.mark.parametrize(("path", "query"), [("/a\x00b", b""), ("/a", b"x=%00")])
def test_nul_is_refused(path: str, query: bytes) -> None:
    with pytest.raises(HexaopsError) as refused:
        _refuse_nul(request(path, query))
    assert refused.value.status == 400
    _refuse_nul(request("/a", b"x=%01"))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain", "content-length": "3"}, 415),
        ({"content-type": "text/plain", "transfer-encoding": "chunked"}, 415),
        ({"content-type": "application/json; charset=utf-8", "content-length": "3"}, None),
        ({"content-type": "application/merge-patch+json", "content-length": "3"}, None),
        ({"content-type": "text/plain", "content-length": "0"}, None),
        ({"content-length": "3"}, None),
    ],
)
def test_other_media_are_refused(headers: dict[str, str], status: int | None) -> None:
    given = request(headers=headers)
    if status is None:
        _refuse_other_media(given, ("application/json",))
        return
    with pytest.raises(HexaopsError) as refused:
        _refuse_other_media(given, ("application/json",))
    assert refused.value.status == status


def test_a_workspace_owns_its_namespaces() -> None:
    assert WORKSPACE.owns("any")
    assert not WORKSPACE.owns("")
    assert not replace(WORKSPACE, excluded=frozenset({"kube-system"})).owns("kube-system")
    named = replace(WORKSPACE, namespaces=frozenset({"shop"}))
    assert named.owns("shop")
    assert not named.owns("other")
    assert replace(WORKSPACE, timezone="Asia/Tokyo").calendar.zone == "Asia/Tokyo"
