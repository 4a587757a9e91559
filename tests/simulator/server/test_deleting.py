"""delete: preconditions, grace, finalizers, dependents, collections."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import CONFIG_MAPS, DEPLOYMENTS, PODS, config_map, deployment, pod

Object = dict[str, Any]
WEB = f"{DEPLOYMENTS}/web"


async def delete(api: Api, path: str, body: Object | None = None) -> tuple[int, Object]:
    """Status and body of a deletion."""
    content = None if body is None else json.dumps(body)
    answer = await api.client.request("DELETE", path, content=content, headers={"Content-Type": "application/json"})
    found: Object = answer.json()
    return answer.status_code, found


def owned(obj: Object, owner: Object, kind: str = "Deployment") -> Object:
    """The object as a dependent of an owner."""
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": kind,
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    return {**obj, "metadata": {**obj["metadata"], "ownerReferences": [reference]}}


async def test_a_deletion_that_is_done_answers_a_status(api: Api) -> None:
    created = api.store.create("deployments.apps", deployment())
    status, body = await delete(api, WEB)
    assert status == 200
    assert body == {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {"name": "web", "group": "apps", "kind": "deployments", "uid": created["metadata"]["uid"]},
    }  # fmt: skip
    assert (await delete(api, WEB))[0] == 404


@pytest.mark.parametrize(
    ("preconditions", "part"),
    [
        ({"uid": "x"}, "the UID in the precondition (x) does not match the UID in record"),
        ({"resourceVersion": "1"}, "the ResourceVersion in the precondition (1) does not match the ResourceVersion in"),
    ],
)
async def test_preconditions_hold_a_deletion(api: Api, preconditions: Object, part: str) -> None:
    api.store.create("deployments.apps", deployment())
    status, body = await delete(api, WEB, {"preconditions": preconditions})
    assert (status, body["reason"]) == (409, "Conflict")
    assert body["message"].startswith('Operation cannot be fulfilled on Deployment.apps "web": ')
    assert part in body["message"]


async def test_a_running_pod_gets_its_grace(api: Api) -> None:
    api.store.create("pods", pod())
    status, body = await delete(api, f"{PODS}/web-1")
    assert (status, body["kind"], body["metadata"]["deletionGracePeriodSeconds"]) == (200, "Pod", 30)
    assert (await api.get(f"{PODS}/web-1"))["metadata"]["deletionTimestamp"]
    await delete(api, f"{PODS}/web-1", {"gracePeriodSeconds": 0})
    assert api.store.list("pods") == []


async def test_a_pod_without_a_node_goes_at_once(api: Api) -> None:
    waiting = pod(phase="Pending")
    del waiting["spec"]["nodeName"]
    api.store.create("pods", waiting)
    assert (await delete(api, f"{PODS}/web-1"))[0] == 200
    assert api.store.list("pods") == []


async def test_finalizers_hold_an_object_until_they_go(api: Api) -> None:
    held = config_map("a")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    api.store.create("configmaps", held)
    assert (await delete(api, f"{CONFIG_MAPS}/a"))[1]["metadata"]["deletionTimestamp"]
    await api.patch(f"{CONFIG_MAPS}/a", {"metadata": {"finalizers": None}})
    assert (await api.client.get(f"{CONFIG_MAPS}/a")).status_code == 404


async def test_dependents_go_with_their_owner(api: Api) -> None:
    owner = api.store.create("deployments.apps", deployment())
    replica_set = api.store.create("replicasets.apps", owned({**deployment("web-1"), "kind": "ReplicaSet"}, owner))
    api.store.create("pods", owned(pod(), replica_set, "ReplicaSet"))
    await delete(api, WEB)
    assert api.store.list("replicasets.apps") == []
    assert api.store.get("pods", "demo", "web-1")["metadata"]["deletionTimestamp"]


async def test_an_owner_in_the_foreground_waits_for_its_dependents(api: Api) -> None:
    owner = api.store.create("deployments.apps", deployment())
    api.store.create("pods", owned(pod(), owner))
    _, body = await delete(api, WEB, {"propagationPolicy": "Foreground"})
    assert body["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert api.store.find("deployments.apps", "demo", "web") is not None
    api.store.delete("pods", "demo", "web-1")
    assert api.store.find("deployments.apps", "demo", "web") is None


async def test_orphans_stay(api: Api) -> None:
    owner = api.store.create("deployments.apps", deployment())
    api.store.create("pods", owned(pod(), owner))
    await delete(api, f"{WEB}?propagationPolicy=Orphan")
    assert api.store.list("deployments.apps") == []
    assert "ownerReferences" not in api.store.get("pods", "demo", "web-1")["metadata"]


async def test_a_dry_run_deletes_nothing(api: Api) -> None:
    api.store.create("deployments.apps", deployment())
    before = api.store.resource_version
    assert (await delete(api, f"{WEB}?dryRun=All"))[1]["status"] == "Success"
    assert (await delete(api, WEB, {"dryRun": ["All"]}))[1]["status"] == "Success"
    foreground = await delete(api, WEB, {"dryRun": ["All"], "propagationPolicy": "Foreground"})
    assert foreground[1]["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert api.store.resource_version == before


async def test_a_collection_is_deleted_as_selected(api: Api) -> None:
    for name in ("a", "b", "c"):
        api.store.create("configmaps", {**config_map(name), "metadata": {
            "name": name, "namespace": "demo", "labels": {"keep": str(name == "b")}}})  # fmt: skip
    status, body = await delete(api, f"{CONFIG_MAPS}?labelSelector=keep%3DFalse")
    assert (status, [item["metadata"]["name"] for item in body["items"]]) == (200, ["a", "c"])
    assert [item["metadata"]["name"] for item in api.store.list("configmaps")] == ["b"]


@pytest.mark.parametrize(
    ("content", "status", "part"),
    [
        (b"{bad", 400, "json parse error"),
        (b'{"propagationPolicy": "Foo"}', 422, 'propagationPolicy: Unsupported value: "Foo"'),
        (b'{"dryRun": ["Foo"]}', 422, 'dryRun: Unsupported value: ["Foo"]'),
    ],
)
async def test_broken_options_delete_nothing(api: Api, content: bytes, status: int, part: str) -> None:
    api.store.create("deployments.apps", deployment())
    headers = {"Content-Type": "application/json"}
    answer = await api.client.request("DELETE", WEB, content=content, headers=headers)
    assert answer.status_code == status
    assert part in answer.json()["message"]
    assert api.store.find("deployments.apps", "demo", "web") is not None
