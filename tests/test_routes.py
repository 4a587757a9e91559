"""Every route of the app has a policy, and the policy holds: driven by the table of routes, so new ones are covered."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import SecretStr

from hexaops import features
from hexaops.api import ROUTES
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.factory import ProcessContext
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.gate import Gate
from hexaops.features.access.permissions import ROLES, SCOPES
from hexaops.features.access.tenancy import Membership
from hexaops.features.health.probes import ROUTES as PROBES
from hexaops.features.routing import Entry
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.main import create_app
from hexaops.openapi import errors_of
from hexaops.web.console import DOCS_PATH, FILE_PATH, PAGE_PATH
from tests.serving import AccessWorld, Headers, access_world, unwatched_cluster

GUARDED = [entry for entry in ROUTES if entry.policy.audience != "anyone"]
INSIDE = [entry for entry in GUARDED if "{workspace_id}" in entry.path]
RESTRICTED = [entry for entry in GUARDED if entry.policy.permission is not None]
ABSENT = "ws-00000000000000000000000000x"
LIMITS = {
    f"rate_limit_{name}": "100000/minute"
    for name in ("chat", "public", "health", "workspace", "application", "logs", "anonymous")
}


def _name(entry: Entry) -> str:
    return f"{entry.method} {entry.path}"


@dataclass
class Callers:
    """One of each kind, and two workspaces."""

    world: AccessWorld
    other_id: str
    user: Headers
    stranger: Headers
    bound_elsewhere: Headers

    def own(self, entry: Entry) -> Headers:
        """Whom the route's API is for."""
        return self.user if entry.policy.audience == "user" else self.world.administrator

    def wrong(self, entry: Entry) -> Headers:
        """A good caller of the other API."""
        return self.world.administrator if entry.policy.audience == "user" else self.user

    def foreign(self, entry: Entry) -> Headers:
        """A good caller of the route's API who belongs to another workspace."""
        return self.stranger if entry.policy.audience == "user" else self.bound_elsewhere


@pytest.fixture
async def callers(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Callers]:
    """The app and its callers; refusals are no matter of the database, so one engine is enough."""
    async with access_world(sqlite_url, tmp_path, LIMITS) as world:
        other = await world.workspace("Other", "other")
        world.context.end_streams()  # a stream would not end while these tests wait for its answer
        yield Callers(
            world,
            other,
            await world.member("alice", "admin"),
            await world.member("mallory", "admin", other),
            await world.account(*SCOPES, workspace_ids=[other]),
        )


async def _send(
    callers: Callers, entry: Entry, headers: Headers, *, workspace_id: str | None = None, body: bytes = b"{}"
) -> httpx2.Response:
    path = entry.path.replace("{workspace_id}", workspace_id or callers.world.workspace_id)
    path = re.sub(r"\{\w+\}", "x", path)
    headers = {**headers, "Content-Type": "application/json", "X-Request-Id": "same"}
    return await callers.world.client.request(entry.method, path, headers=headers, content=body)


def test_the_app_serves_the_table_and_nothing_else(sqlite_url: str, tmp_path: Path) -> None:
    context = ProcessContext(
        Settings(home=tmp_path, database_url=SecretStr(sqlite_url)), Clusters([unwatched_cluster()])
    )
    routes = create_app(context).routes
    served = {(method, one.path) for one in routes if isinstance(one, APIRoute) for method in one.methods or ()}
    assert served == {(entry.method, entry.path) for entry in ROUTES}
    assert {getattr(route, "path", "?") for route in routes if not isinstance(route, APIRoute)} <= {
        "/openapi.json",
        "/docs",
        PAGE_PATH,
        DOCS_PATH,
        FILE_PATH,
    }


def test_the_openapi_document_names_every_parameter_and_who_may_call(sqlite_url: str, tmp_path: Path) -> None:
    context = ProcessContext(
        Settings(home=tmp_path, database_url=SecretStr(sqlite_url)), Clusters([unwatched_cluster()])
    )
    paths = create_app(context).openapi()["paths"]
    for entry in GUARDED:
        operation = paths[entry.path][entry.method.lower()]
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"} if "{" in entry.path else set()
        assert named == set(re.findall(r"\{(\w+)\}", entry.path)), _name(entry)
        assert len(operation["security"]) == (1 if entry.policy.audience == "user" else 2), _name(entry)


PLAIN_TEXT = ("/metrics",)


def test_the_openapi_document_describes_every_answer(sqlite_url: str, tmp_path: Path) -> None:
    context = ProcessContext(
        Settings(home=tmp_path, database_url=SecretStr(sqlite_url)), Clusters([unwatched_cluster()])
    )
    document = create_app(context).openapi()
    schemas = document["components"]["schemas"]
    for entry in ROUTES:
        responses = document["paths"][entry.path][entry.method.lower()]["responses"]
        if entry.status != 204 and entry.path not in PLAIN_TEXT:
            shape = responses[str(entry.status)]["content"]["application/json"]["schema"]
            assert _fields(shape, schemas), _name(entry)
        for error in errors_of(entry):
            described = responses[str(error.status)]
            assert error.code in described["x-error-codes"], _name(entry)
            assert _fields(described["content"]["application/json"]["schema"], schemas) == {"error", "request_id"}


def test_no_two_views_have_one_name(sqlite_url: str, tmp_path: Path) -> None:
    context = ProcessContext(
        Settings(home=tmp_path, database_url=SecretStr(sqlite_url)), Clusters([unwatched_cluster()])
    )
    names = [name for name in create_app(context).openapi()["components"]["schemas"] if not name.isalnum()]
    assert names == []  # msgspec names clashing classes by their modules, with dots


def _fields(shape: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """The names of an object's fields."""
    found = schemas[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    return set(found.get("properties", ()))


def test_no_request_waits_for_a_thread(sqlite_url: str, tmp_path: Path) -> None:
    context = ProcessContext(
        Settings(home=tmp_path, database_url=SecretStr(sqlite_url)), Clusters([unwatched_cluster()])
    )
    for route in create_app(context).routes:
        if isinstance(route, APIRoute):
            calls = [route.endpoint, *(one.call for one in _dependants(route.dependant))]
            sync = [call for call in calls if not iscoroutinefunction(call) and not _is_async_object(call)]
            assert sync == [], route.path  # FastAPI calls a plain function in a thread: one trip for each


def _dependants(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _dependants(one)


def _is_async_object(call: object) -> bool:
    return iscoroutinefunction(type(call).__call__)


def test_the_table_of_every_feature_is_served() -> None:
    found = [module.name for module in pkgutil.walk_packages(features.__path__, f"{features.__name__}.")]
    tables = {name: getattr(import_module(name), "ROUTES", ()) for name in found}
    assert [name for name, table in tables.items() if not set(table) <= set(ROUTES)] == []
    assert sum(map(len, tables.values())) == len(ROUTES)


def test_only_probes_are_open() -> None:
    assert [entry for entry in ROUTES if entry.policy.audience == "anyone"] == list(PROBES)


def test_each_api_takes_its_own_kind_of_caller() -> None:
    for entry in GUARDED:
        assert (entry.policy.audience == "service") == entry.path.startswith("/internal/"), _name(entry)


def test_every_permission_is_one_that_somebody_can_hold() -> None:
    for entry in RESTRICTED:
        known = ROLES["admin"] if entry.policy.audience == "user" else SCOPES.keys()
        assert entry.policy.permission in known, _name(entry)


def test_a_permission_of_the_public_api_is_asked_inside_of_a_workspace() -> None:
    for entry in RESTRICTED:
        assert entry.policy.audience == "service" or entry in INSIDE, _name(entry)


def test_everything_made_by_post_can_be_sent_twice() -> None:
    unkeyed = [_name(entry) for entry in GUARDED if entry.method == "POST" and not entry.idempotent]
    assert unkeyed == []


async def test_a_stranger_is_refused_before_the_body_is_read(callers: Callers) -> None:
    for entry in GUARDED:
        answer = await _send(callers, entry, {}, body=b"{not json")
        assert answer.status_code == 401, _name(entry)
        code = "UNAUTHENTICATED" if entry.policy.audience == "user" else "INVALID_SERVICE_ACCOUNT"
        assert answer.json()["error"]["code"] == code
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_the_other_api_s_caller_is_refused(callers: Callers) -> None:
    for entry in GUARDED:
        answer = await _send(callers, entry, callers.wrong(entry), body=b"{not json")
        assert answer.status_code == 401, _name(entry)


async def _check_tenancy(callers: Callers) -> None:
    for entry in INSIDE:
        foreign = await _send(callers, entry, callers.foreign(entry), body=b"{not json")
        absent = await _send(callers, entry, callers.foreign(entry), workspace_id=ABSENT, body=b"{not json")
        assert (foreign.status_code, foreign.content) == (404, absent.content), _name(entry)
        assert foreign.json()["error"]["code"] == "WORKSPACE_NOT_FOUND"
        kept = [{k: v for k, v in one.headers.items() if k != "x-ratelimit-remaining"} for one in (foreign, absent)]
        assert kept[0] == kept[1], _name(entry)


async def test_another_tenant_s_workspace_looks_absent(callers: Callers) -> None:
    await _check_tenancy(callers)


class Forgetful(WorkspaceDirectory):
    """A directory with a seeded bug: everybody is a member of everything."""

    async def find_membership(self, workspace_id: str, user_id: str) -> Membership | None:
        workspace = await self.find(workspace_id)
        return Membership(workspace, "admin") if workspace else None


async def test_the_tenancy_check_finds_a_missing_predicate(callers: Callers) -> None:
    context = callers.world.context
    gate = callers.world.get(Gate)
    gate._authorizer = Authorizer(Forgetful(context.settings, context.database))
    with pytest.raises(AssertionError, match="/api/v1/workspaces"):
        await _check_tenancy(callers)


async def test_a_caller_without_the_permission_is_told_which_one(callers: Callers) -> None:
    world = callers.world
    for entry in RESTRICTED:
        permission = entry.policy.permission
        lesser = [role for role, held in ROLES.items() if permission not in held]
        if entry.policy.audience == "user" and not lesser:
            continue
        if entry.policy.audience == "user":
            headers = await world.member("eve", lesser[-1])
            code, held = "INSUFFICIENT_AI_PERMISSIONS", "user_permissions"
        else:
            headers = await world.account(*(SCOPES.keys() - {permission}))
            code, held = "INSUFFICIENT_INTERNAL_PERMISSIONS", "service_account_permissions"
        answer = await _send(callers, entry, headers, body=b"{not json")
        assert answer.status_code == 403, _name(entry)
        error = answer.json()["error"]
        assert error["code"] == code
        assert error["details"]["required_permission"] == permission
        assert permission not in error["details"][held]
        assert error["details"][held]


async def test_every_guarded_answer_says_what_is_left(callers: Callers) -> None:
    for entry in GUARDED:
        for headers in ({}, callers.own(entry), callers.foreign(entry)):
            answer = await _send(callers, entry, headers, body=b"{not json")
            for name in ("limit", "remaining", "reset"):
                assert answer.headers[f"x-ratelimit-{name}"].isdigit(), _name(entry)
