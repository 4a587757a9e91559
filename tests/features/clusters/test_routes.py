"""Clusters over the API: registered, served at once beside the first one, tested, kept sealed, removed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from sqlalchemy import select

from hexaops.features.clusters.probing import probe
from hexaops.features.clusters.registrar import ClusterRegistrar
from hexaops.kit.clock import SystemClock
from hexaops.kit.timeout import Timeout
from hexaops.storage.tables import AuditRow, ClusterRow
from simulator.server.access import READER_RULES, WRITER_RULES, User
from simulator.server.app import create_app as create_api_server
from simulator.server.app import serve
from simulator.world.opening import open_world
from tests.serving import AccessWorld, access_world, unwatched_cluster
from tests.worlds import default_world

PATH = "/internal/v1/clusters"
READER, WRITER = "reader-token-0123456789", "writer-token-0123456789"


def kubeconfig(server: str, *, current: str = "reader", **users: dict[str, Any]) -> str:
    """A kubeconfig with a context for each user."""
    named = users or {"reader": {"token": READER}, "writer": {"token": WRITER}}
    return yaml.safe_dump(
        {
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": name, "user": user} for name, user in named.items()],
            "contexts": [{"name": name, "context": {"cluster": "c", "user": name}} for name in named],
            "current-context": current,
        }
    )


@asynccontextmanager
async def simulated(scenario: str = "default") -> AsyncIterator[str]:
    """The address of a simulated cluster in which time stands still."""
    world = default_world(speed=0, seed=7) if scenario == "default" else open_world(scenario, speed=0, seed=7)
    users = {READER: User("test:reader"), WRITER: User("test:writer")}
    rules = {"test:reader": READER_RULES, "test:writer": WRITER_RULES}
    api = create_api_server(world.store, users=users, rules=rules, logs=world.logs, usage=world.usage)
    world.start()
    world.settle()
    try:
        async with serve(api) as url:
            yield url
    finally:
        world.stop()
        api.close()


async def _call(access: AccessWorld, method: str, path: str, body: Any = None) -> httpx2.Response:
    return await access.client.request(method, path, json=body, headers=access.administrator)


async def _add(access: AccessWorld, cluster_id: str, server: str, **more: Any) -> httpx2.Response:
    return await _call(access, "POST", PATH, {"id": cluster_id, "kubeconfig": kubeconfig(server), **more})


@pytest.fixture
async def watched(access: AccessWorld) -> AccessWorld:
    """A world whose registry starts what is registered."""
    await access.context.clusters.start()
    return access


async def test_two_registered_clusters_are_served_side_by_side(watched: AccessWorld) -> None:
    access = watched
    async with simulated() as first, simulated("empty") as second:
        for cluster_id, server in (("one", first), ("two", second)):
            made = await _add(access, cluster_id, server, writer_context="writer")
            assert (made.status_code, made.json()["data"]["separate_writer"]) == (201, True)
            cluster = access.context.clusters.get(cluster_id)
            assert await cluster.wait_synced(Timeout(30, SystemClock()))
        found = {}
        for cluster_id in ("one", "two"):
            body = {"name": f"All of {cluster_id}", "namespaces": None, "cluster": cluster_id}
            workspace = (await _call(access, "POST", "/internal/v1/workspaces", body)).json()["data"]["id"]
            headers = await access.member(f"user-{cluster_id}", "viewer", workspace)
            answer = await access.client.get(f"/api/v1/workspaces/{workspace}/applications", headers=headers)
            found[cluster_id] = [one["name"] for one in answer.json()["data"]["applications"]]
        assert "web-app" in found["one"]
        assert found["two"] == []
        states = {one["id"]: one for one in (await _call(access, "GET", PATH)).json()["data"]}
        assert {id_: one["status"] for id_, one in states.items()} == {
            "cluster-a": "unusable", "one": "ready", "two": "ready",
        }  # fmt: skip
        await access.context.clusters.stop()


async def test_a_test_says_what_may_be_done(access: AccessWorld) -> None:
    """The simulator lets nobody ask who he is; a real cluster does (tests/cluster)."""
    async with simulated() as server:
        await _add(access, "one", server, writer_context="writer")
        found = (await _call(access, "POST", f"{PATH}/one/test")).json()["data"]
        took = found.pop("took_ms")
        assert took >= 0
        assert found | {"version": None} == {
            "reachable": True, "reason": None, "version": None, "reader": None, "writer": None,
            "unreadable": {}, "may_change": True,
        }  # fmt: skip
        assert found["version"]


async def test_a_test_of_a_cluster_that_is_away_says_so() -> None:
    gone = await probe(unwatched_cluster(), SystemClock())
    assert (gone.reachable, gone.version) == (False, None)
    assert "cannot be reached" in str(gone.reason)


async def test_what_is_stored_and_shown_holds_no_secret(access: AccessWorld) -> None:
    made = await _add(access, "one", "https://192.0.2.1", writer_context="writer")
    assert made.json()["data"]["authentication"] == "token"
    async with access.context.database.reading() as session:
        (row,) = (await session.scalars(select(ClusterRow))).all()
        events = [one.details for one in await session.scalars(select(AuditRow))]
    listed = (await _call(access, "GET", PATH)).text
    for text in (made.text, listed, row.sealed_reader, str(row.sealed_writer), *events):
        assert READER not in text
        assert WRITER not in text
    assert access.context.redactor.redact(f"{READER} {WRITER}") == "[redacted] [redacted]"


SOURCE = {
    "url": "https://mimir.example.com/prometheus",
    "headers": {"X-Scope-OrgID": "shop", "Authorization": "Bearer tenant-secret-1234"},
    "queries": {"cpu": 'sum(rate(cpu_seconds{{namespace="{namespace}",pod=~"{pods}"}}[{range}]))'},
}


async def test_a_cluster_brings_its_own_source_of_metrics(access: AccessWorld) -> None:
    made = await _add(access, "one", "https://192.0.2.1", metrics_source=SOURCE)
    assert (made.status_code, made.json()["data"]["metrics"]) == (201, SOURCE["url"])
    cluster = access.context.clusters.get("one")
    assert cluster.metrics_source is not None
    assert cluster.metrics_source.headers["Authorization"].get_secret_value() == "Bearer tenant-secret-1234"
    assert cluster.metrics_source.queries == SOURCE["queries"]
    assert access.context.metric_history.sources.of("one").name == "prometheus"
    async with access.context.database.reading() as session:
        (row,) = (await session.scalars(select(ClusterRow))).all()
    assert "tenant-secret" not in f"{made.text}{row.sealed_metrics_source}"
    assert "tenant-secret" not in access.context.redactor.redact("Bearer tenant-secret-1234")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"queries": {"colour": "up"}}, "'colour' is no signal"),
        ({"queries": {"cpu": "sum(x{pod})"}}, "names {pod}"),
        ({"namespace_queries": {"shop": {"cpu": "sum(x{pod})"}}}, "names {pod}"),
        ({"namespace_queries": {"Shop": {}}}, "namespace_queries"),
        ({"queries": {"cpu": 'sum(x{a="b"})'}}, "the query of cpu"),
        ({"headers": {"a b": "c"}}, "headers"),
        ({"token": "x"}, "token"),
    ],
)
async def test_a_bad_source_of_metrics_is_named(access: AccessWorld, changed: dict[str, Any], said: str) -> None:
    refused = await _add(access, "one", "https://192.0.2.1", metrics_source=SOURCE | changed)
    assert refused.status_code == 422, refused.text
    assert said in refused.text
    assert "metrics_source" in refused.text


LOGS = {
    "engine": "loki",
    "url": "https://loki.example.com",
    "headers": {"X-Scope-OrgID": "shop", "Authorization": "Bearer logging-secret-1234"},
    "fields": {"level": "level"},
    "selector": {"cluster": "one"},
}


async def test_a_cluster_brings_its_own_source_of_logs(access: AccessWorld) -> None:
    made = await _add(access, "one", "https://192.0.2.1", log_source=LOGS)
    assert (made.status_code, made.json()["data"]["logs"]) == (201, "loki at https://loki.example.com")
    source = access.context.clusters.get("one").log_source
    assert source is not None
    assert source.headers["Authorization"].get_secret_value() == "Bearer logging-secret-1234"
    assert (source.fields, source.selector) == (LOGS["fields"], LOGS["selector"])
    async with access.context.database.reading() as session:
        (row,) = (await session.scalars(select(ClusterRow))).all()
    assert "logging-secret" not in f"{made.text}{row.sealed_log_source}"
    assert "logging-secret" not in access.context.redactor.redact("Bearer logging-secret-1234")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"engine": "kubernetes"}, "kubernetes has no url"),
        ({"engine": "splunk"}, "engine"),
        ({"fields": {"colour": "x"}}, "fields"),
        ({"headers": {"a b": "c"}}, "headers"),
        ({"token": "x"}, "token"),
    ],
)
async def test_a_bad_source_of_logs_is_named(access: AccessWorld, changed: dict[str, Any], said: str) -> None:
    refused = await _add(access, "one", "https://192.0.2.1", log_source=LOGS | changed)
    assert refused.status_code == 422, refused.text
    assert said in refused.text
    assert "log_source" in refused.text


async def test_another_process_serves_it_within_seconds(access: AccessWorld, tmp_path: Path) -> None:
    url = access.context.settings.database_url
    assert url is not None
    async with access_world(url.get_secret_value(), tmp_path) as other:
        registrar = other.get(ClusterRegistrar)
        await _add(access, "one", "https://192.0.2.1")
        assert not other.context.clusters.is_registered("one")
        await registrar.refresh()
        held = other.context.clusters.get("one")
        await registrar.refresh()
        assert other.context.clusters.get("one") is held
        assert (await _call(access, "DELETE", f"{PATH}/one")).status_code == 204
        await registrar.refresh()
        assert not other.context.clusters.is_registered("one")


async def test_a_process_with_another_key_serves_everything_else(access: AccessWorld, tmp_path: Path) -> None:
    url = access.context.settings.database_url
    assert url is not None
    await _add(access, "one", "https://192.0.2.1")
    async with access_world(url.get_secret_value(), tmp_path / "other-home") as other:
        await other.get(ClusterRegistrar).refresh()
        state = (await _call(other, "GET", PATH)).json()["data"][-1]
        assert (state["id"], state["status"]) == ("one", "unusable")
        assert "cannot be decrypted" in state["reason"]
        assert (await _call(other, "POST", f"{PATH}/one/test")).json()["data"]["reachable"] is False


async def test_a_cluster_with_workspaces_stays(access: AccessWorld) -> None:
    await _add(access, "one", "https://192.0.2.1")
    workspace = await access.workspace("On one", "shop", cluster="one")
    refused = await _call(access, "DELETE", f"{PATH}/one")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CLUSTER_IN_USE")
    assert refused.json()["error"]["details"] == {"workspaces": [workspace]}
    await _call(access, "DELETE", f"/internal/v1/workspaces/{workspace}")
    assert (await _call(access, "DELETE", f"{PATH}/one")).status_code == 204
    assert (await _call(access, "DELETE", f"{PATH}/one")).status_code == 404


async def test_the_settings_cluster_is_not_the_apis_to_change(access: AccessWorld) -> None:
    refused = await _call(access, "DELETE", f"{PATH}/cluster-a")
    assert (refused.status_code, refused.json()["error"]["details"]) == (409, {"source": "settings"})
    refused = await _add(access, "cluster-a", "https://192.0.2.1")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CLUSTER_EXISTS")


@pytest.mark.parametrize(
    "user",
    [
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh", "args": ["-c", "touch /x"]}},
        {"tokenFile": "/etc/passwd"},
        {"client-certificate": "/etc/passwd", "client-key": "/etc/passwd"},
        {"auth-provider": {"name": "gcp"}},
        {"token": "t", "as": "system:admin"},
        {"token": ["t"]},
    ],
)
async def test_a_kubeconfig_that_reaches_into_this_machine_is_refused(
    access: AccessWorld, user: dict[str, Any]
) -> None:
    body = {"id": "one", "kubeconfig": kubeconfig("https://192.0.2.1", current="u", u=user)}
    refused = await _call(access, "POST", PATH, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "VALIDATION_FAILED")
    assert [*refused.json()["error"]["details"]] == ["kubeconfig"]
    assert "/etc/passwd" not in refused.text
    assert not access.context.clusters.is_registered("one")


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "[]", "{}", "clusters: 7", "current-context: x", "a: &a [*a]", "\x00",
     "!!python/object/apply:os.getcwd []", kubeconfig("http://192.0.2.1"), kubeconfig("file:///etc/passwd"),
     kubeconfig("https://192.0.2.1", current="absent")],
)  # fmt: skip
async def test_what_is_no_kubeconfig_is_refused(access: AccessWorld, text: str) -> None:
    refused = await _call(access, "POST", PATH, {"id": "one", "kubeconfig": text})
    assert (refused.status_code, [*refused.json()["error"]["details"]]) == (422, ["kubeconfig"])


@pytest.mark.parametrize(
    ("field", "value"), [("id", "Prod"), ("id", "a b"), ("id", "x" * 64), ("name", ""), ("context", "")]
)
async def test_a_bad_field_is_named(access: AccessWorld, field: str, value: str) -> None:
    refused = await _add(access, "one", "https://192.0.2.1", **{field: value})
    assert refused.status_code == 422
    assert field in refused.json()["error"]["details"]


async def test_registering_needs_an_unbound_administrator(access: AccessWorld) -> None:
    for headers in (
        await access.account("workspace:read"),
        await access.account("system:admin", workspace_ids=[access.workspace_id]),
    ):
        answer = await access.client.post(PATH, json={"id": "x", "kubeconfig": "x"}, headers=headers)
        assert answer.status_code == 403
