"""Claiming namespaces: they must exist, and the answer names the applications that are taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.analysis.applications.rows import fill, namespace, workload
from tests.serving import AccessWorld, access_world, unwatched_cluster

PATH = "/internal/v1/workspaces"


@pytest.fixture
async def access(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """A cluster with the namespaces data, web and empty, of which only data holds applications; and one unread."""
    async with access_world(sqlite_url, tmp_path, others=[unwatched_cluster("cluster-b")]) as world:
        cache = world.context.clusters.default.cache
        rows: list[Any] = [namespace(name) for name in ("data", "web", "empty")]
        rows += [workload("data", "search", kind="StatefulSet"), workload("data", "api"), workload("web", "site")]
        fill(cache, rows)
        for kind in cache.kinds:
            cache.table(kind).synced = True
        yield world


async def _create(access: AccessWorld, **body: Any) -> httpx2.Response:
    given = {"name": "Team", "namespaces": ["data"], **body}
    return await access.client.post(PATH, json=given, headers=access.administrator)


async def test_the_applications_taken_are_named(access: AccessWorld) -> None:
    taken = (await _create(access)).json()["data"]["taken"]
    assert taken == {
        "workspace_id": access.workspace_id,
        "applications": [
            {"project": "data", "name": "api", "kind": "Deployment"},
            {"project": "data", "name": "search", "kind": "StatefulSet"},
        ],
        "total": 2,
        "reason": None,
    }
    assert (await _create(access, namespaces=["empty"])).json()["data"]["taken"]["total"] == 0


async def test_only_added_namespaces_take_applications(access: AccessWorld) -> None:
    team = (await _create(access)).json()["data"]["id"]
    body = {"namespaces": ["data", "web"]}
    answer = await access.client.patch(f"{PATH}/{team}", json=body, headers=access.administrator)
    assert [one["name"] for one in answer.json()["data"]["taken"]["applications"]] == ["site"]


async def test_a_namespace_that_does_not_exist_is_refused_unless_expected(access: AccessWorld) -> None:
    refused = await _create(access, namespaces=["data", "dta", "wbe"])
    assert refused.status_code == 422
    assert "dta, wbe: no such namespace" in refused.json()["error"]["details"]["namespaces"]
    assert (await _create(access, namespaces=["dta"], expect_missing=True)).status_code == 201
    team = (await _create(access)).json()["data"]["id"]
    for more, status in (({}, 422), ({"expect_missing": True}, 200)):
        body = {"namespaces": ["data", "wbe"], **more}
        answer = await access.client.patch(f"{PATH}/{team}", json=body, headers=access.administrator)
        assert answer.status_code == status


async def test_on_an_unread_cluster_existence_cannot_be_told(access: AccessWorld) -> None:
    refused = await _create(access, cluster="cluster-b")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert "expect_missing" in refused.json()["error"]["details"]
    made = await _create(access, cluster="cluster-b", expect_missing=True)
    assert made.json()["data"]["taken"]["reason"] == "the cluster has not been read yet"


async def test_the_first_admin_is_a_member_at_once(access: AccessWorld) -> None:
    team = (await _create(access, admin="local:ada")).json()["data"]["id"]
    ada = access.token("ada")
    answer = await access.client.get(f"/api/v1/workspaces/{team}/aiops/audit", headers=ada)
    assert answer.status_code == 200
    refused = await _create(access, namespaces=["web"], admin="ada\n")
    assert "admin" in refused.json()["error"]["details"]


async def test_each_cluster_has_one_workspace_of_unclaimed_namespaces(access: AccessWorld) -> None:
    refused = await _create(access, namespaces=None)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "DEFAULT_WORKSPACE_EXISTS")
    assert refused.json()["error"]["details"] == {"workspace_id": access.workspace_id}
    made = (await _create(access, namespaces=None, cluster="cluster-b")).json()["data"]
    assert (made["default"], made["cluster"], made["namespaces"]) == (True, "cluster-b", None)
    assert (await _create(access, namespaces=None, cluster="cluster-b")).status_code == 409
    assert (await access.client.delete(f"{PATH}/{made['id']}", headers=access.administrator)).status_code == 204
