"""cleanup_resources: reports first, deletes what two reports named, and nothing that is used or kept."""

from __future__ import annotations

from typing import Any

from tests.features.operations.calls import Operations

LONG_AGO = "2024-01-01T00:00:00Z"


def job(name: str, *, of_cron_job: bool = False, at: str = LONG_AGO) -> dict[str, Any]:
    """A Job that has completed."""
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "u-1", "controller": True}
    condition = {"type": "Complete", "status": "True", "lastTransitionTime": at}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "backend", **({"ownerReferences": [owner]} if of_cron_job else {})},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i:1"}]}}},
        "status": {"succeeded": 1, "completionTime": at, "conditions": [condition]},
    }


def named(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """An old object of a kind of the core group."""
    metadata = {"name": name, "namespace": "backend", "creationTimestamp": LONG_AGO, **more.pop("metadata", {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


def unused(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What it found, by `Kind/name`."""
    return {f"{one['kind']}/{one['name']}": one for one in operation["result"]["details"]["unused"]}


async def given(operations: Operations, *jobs: dict[str, Any]) -> None:
    """The cluster holds these Jobs, and the service has seen them."""
    names = {one["metadata"]["name"] for one in jobs}
    for one in jobs:
        operations.world.cluster.store.create("jobs.batch", one)
    await operations.world.settled(lambda cache: names <= {row.name for row in cache.rows("Job")})


async def test_a_report_tells_by_age_and_owner_and_deletes_nothing(sqlite_operations: Operations) -> None:
    now = sqlite_operations.world.access.context.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    await given(sqlite_operations, job("migrate-1"), job("migrate-2", at=now), job("nightly-1", of_cron_job=True))
    done = await sqlite_operations.run("cleanup_resources")
    assert done["status"] == "completed", done
    jobs = [key for key in unused(done) if key.startswith("Job/")]
    assert jobs == ["Job/migrate-1"]
    assert unused(done)["Job/migrate-1"]["deletable"] is False
    assert done["result"]["details"]["dry_run"] is True
    assert sqlite_operations.world.writes() == []


async def test_what_no_earlier_report_named_is_kept(sqlite_operations: Operations) -> None:
    await given(sqlite_operations, job("migrate-1"))
    done = await sqlite_operations.run("cleanup_resources", dry_run=False)
    assert done["status"] == "completed", done
    assert unused(done)["Job/migrate-1"]["waits"] == "it is deletable once a report at least 24 hours old has named it"
    assert sqlite_operations.world.writes() == []


async def test_what_is_unused_is_deleted_by_its_uid(operations: Operations) -> None:
    await given(operations, job("migrate-1"), job("migrate-2"))
    done = await operations.run("cleanup_resources", dry_run=False, tombstone_hours=0)
    assert done["status"] == "completed" or done["status"] == "awaiting_confirmation", done
    parts = done["result"]["details"]["operations"]
    assert [(part["action"], part["status"]) for part in parts] == [("delete_unused", "completed")]
    assert done["result"]["details"]["resources_affected"] == 2
    writes = operations.world.writes()
    assert [(one["verb"], one["objectRef"]["resource"], one["objectRef"]["name"]) for one in writes] == [
        ("delete", "jobs", "migrate-1"), ("delete", "jobs", "migrate-2"),
    ]  # fmt: skip
    left = {one["metadata"]["name"] for one in operations.world.cluster.store.list("jobs.batch", "backend")}
    assert not left & {"migrate-1", "migrate-2"}


async def test_claims_and_config_maps_wait_for_a_person(sqlite_operations: Operations) -> None:
    store = sqlite_operations.world.cluster.store
    helm = {"annotations": {"meta.helm.sh/release-name": "shop"}}
    store.create("configmaps", named("ConfigMap", "left-over", data={"A": "1"}))
    store.create("configmaps", named("ConfigMap", "of-helm", metadata=helm))
    done = await sqlite_operations.run("cleanup_resources", dry_run=False, tombstone_hours=0, older_than_days=1)
    assert done["status"] == "awaiting_confirmation", done
    found = unused(done)
    assert "ConfigMap/left-over" in found
    assert not {"ConfigMap/of-helm", "ConfigMap/worker-settings", "ConfigMap/kube-root-ca.crt"} & found.keys()
    assert sqlite_operations.world.writes() == []
    (waiting,) = [one for one in done["result"]["details"]["awaiting_confirmation"] if one["application"] == "backend"]
    assert (waiting["action"], waiting["risk"]) == ("delete_unused", "high")
    confirm = {"plan_id": waiting["plan_id"], "plan_hash": waiting["plan_hash"]}
    answer = await sqlite_operations.start("cleanup_resources", **confirm)
    assert answer.status_code == 200, answer.text
    part = await sqlite_operations.ended(answer.json()["data"]["operation_id"])
    assert part["status"] == "completed", part
    assert store.find("configmaps", "backend", "left-over") is None
    assert store.find("configmaps", "backend", "of-helm") is not None


async def test_users_cannot_ask_for_a_deletion(sqlite_operations: Operations) -> None:
    objects = [{"kind": "Job", "name": "migrate-1", "uid": "u"}]
    body = {"action": "delete_unused", "parameters": {"project": "backend", "objects": objects}}
    answer = await sqlite_operations.world.call("POST", "/aiops/actions", body)
    assert answer.status_code == 422
    assert "delete_unused" not in answer.json()["error"]["details"]["action"]
