"""Several clusters at once: each workspace sees its own, and one that is away or wrong stops nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import UnusableCluster
from hexaops.features.applications.service import ApplicationService
from hexaops.features.workspaces.directory import WorkspaceDirectory
from tests.analysis.applications.rows import fill, namespace, node, pod, workload
from tests.serving import AccessWorld, Headers, access_world, unwatched_cluster

NAMESPACE = "shop"
FOREIGN_APPLICATION = "only-in-b"
WRONG = UnusableCluster(ClusterName("cluster-w", "wrong"), "kubeconfig broken.yaml: not found")


@pytest.fixture
async def access(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """Clusters a and b hold the same namespace; c was never read and w cannot be opened."""
    others: list[Cluster | UnusableCluster] = [
        unwatched_cluster("cluster-b", "second"),
        unwatched_cluster("cluster-c", "away"),
        WRONG,
    ]
    async with access_world(sqlite_url, tmp_path, others=others) as world:
        clusters = world.context.clusters
        for cluster_id, name, image in (("cluster-a", "web", "a:1"), ("cluster-b", FOREIGN_APPLICATION, "b:1")):
            owner = workload(NAMESPACE, name, desired=1, images=(image,))
            rows: list[Any] = [namespace(NAMESPACE), node(f"node-of-{cluster_id}"), owner, pod(owner, 0)]
            fill(clusters.get(cluster_id).cache, rows)
        yield world


async def _member(access: AccessWorld, cluster: str) -> tuple[str, Headers]:
    workspace_id = await access.workspace(f"On {cluster}", NAMESPACE, cluster=cluster)
    return f"/api/v1/workspaces/{workspace_id}", await access.member(f"user-{cluster}", "admin", workspace_id)


async def _list(access: AccessWorld, cluster: str) -> Any:
    path, headers = await _member(access, cluster)
    return await access.client.get(f"{path}/applications", headers=headers)


async def _ask(access: AccessWorld, cluster: str, message: str) -> Any:
    path, headers = await _member(access, cluster)
    answer = await access.client.post(f"{path}/aiops/chat", json={"message": message}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_each_workspace_lists_its_own_clusters_applications(access: AccessWorld) -> None:
    first, second = await _list(access, "cluster-a"), await _list(access, "cluster-b")
    assert [one["name"] for one in first.json()["data"]["applications"]] == ["web"]
    assert [one["name"] for one in second.json()["data"]["applications"]] == [FOREIGN_APPLICATION]


async def test_an_id_of_another_cluster_is_not_found(access: AccessWorld) -> None:
    theirs = (await _list(access, "cluster-b")).json()["data"]["applications"][0]["id"]
    path, headers = await _member(access, "cluster-a")
    for wanted in (theirs, FOREIGN_APPLICATION):
        answer = await access.client.get(f"{path}/applications/{wanted}", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "APPLICATION_NOT_FOUND")


async def test_answers_are_told_from_the_workspaces_cluster(access: AccessWorld) -> None:
    said = (await _ask(access, "cluster-b", "what is the status of my applications?"))["response"]["content"]
    assert FOREIGN_APPLICATION in said
    assert "web" not in said


async def test_an_unread_cluster_answers_503_to_its_own_workspaces_only(access: AccessWorld) -> None:
    refused = await _list(access, "cluster-c")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert (await _list(access, "cluster-a")).status_code == 200


async def test_a_wrong_cluster_answers_with_the_reason(access: AccessWorld) -> None:
    refused = await _list(access, "cluster-w")
    assert refused.status_code == 503
    details = refused.json()["error"]["details"]
    assert details == {"source": "kubernetes_api", "cluster": "cluster-w", "reason": WRONG.reason}


@pytest.mark.parametrize("question", ["status of my applications", "how are the nodes?", "which pods are failing?"])
async def test_chat_on_a_wrong_cluster_says_why_it_cannot_tell(access: AccessWorld, question: str) -> None:
    data = await _ask(access, "cluster-w", question)
    assert "cannot be used" in data["response"]["content"]
    assert "broken.yaml" in data["response"]["content"]


async def test_readiness_needs_one_cluster_and_names_the_others(access: AccessWorld) -> None:
    for kind in access.context.clusters.get("cluster-a").cache.kinds:
        access.context.clusters.get("cluster-a").cache.table(kind).synced = True
    answer = await access.client.get("/readyz")
    parts = answer.json()["parts"]
    assert answer.status_code == 200
    assert parts["cluster test"]["ready"]
    assert parts["cluster wrong"] == {"ready": False, "reason": WRONG.reason}
    assert not parts["cluster away"]["ready"]


async def test_a_cluster_that_has_fallen_silent_is_not_ready(access: AccessWorld) -> None:
    cache = access.context.clusters.get("cluster-a").cache
    for kind in cache.kinds:
        table = cache.table(kind)
        table.synced, table.as_of, table.confirmed_at = True, access.clock.now(), access.clock.monotonic()
    for kind in cache.kinds:
        cache.table(kind).confirmed_at -= 11.0
    answer = await access.client.get("/readyz")
    part = answer.json()["parts"]["cluster test"]
    assert not part["ready"]
    assert part["reason"].startswith("the API server has sent nothing for 11 s")


async def test_without_any_cluster_it_is_not_ready(access: AccessWorld) -> None:
    for cluster_id in ("cluster-a", "cluster-b"):
        await access.context.clusters.remove(cluster_id)
    assert (await access.client.get("/readyz")).status_code == 503


async def test_a_cluster_that_is_registered_anew_is_read_anew(access: AccessWorld) -> None:
    workspace_id = await access.workspace("On b", NAMESPACE, cluster="cluster-b")
    workspace = await access.get(WorkspaceDirectory).get(workspace_id)
    applications = access.get(ApplicationService)
    assert [one.name for one in applications.list(workspace)] == [FOREIGN_APPLICATION]
    replacement = unwatched_cluster("cluster-b", "second")
    owner = workload(NAMESPACE, "renewed", desired=1)
    fill(replacement.cache, [namespace(NAMESPACE), owner, pod(owner, 0)])
    await access.context.clusters.put(replacement)
    assert [one.name for one in applications.list(workspace)] == ["renewed"]


async def test_workspaces_may_name_registered_clusters_only(access: AccessWorld) -> None:
    body = {"name": "Nowhere", "namespaces": ["x"], "cluster": "cluster-z"}
    answer = await access.client.post("/internal/v1/workspaces", json=body, headers=access.administrator)
    assert (answer.status_code, answer.json()["error"]["details"]) == (422, {"cluster": "no such cluster"})
