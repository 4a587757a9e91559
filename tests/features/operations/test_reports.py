"""cleanup_resources and optimize_resources: they report what they found, and change nothing."""

from __future__ import annotations

from typing import Any

from tests.features.operations.calls import Operations

LONG_AGO = "2024-01-01T00:00:00Z"


def job(name: str, *, of_cron_job: bool = False, at: str = LONG_AGO) -> dict[str, Any]:
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "u-1", "controller": True}
    condition = {"type": "Complete", "status": "True", "lastTransitionTime": at}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "backend", **({"ownerReferences": [owner]} if of_cron_job else {})},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i:1"}]}}},
        "status": {"succeeded": 1, "completionTime": at, "conditions": [condition]},
    }


async def test_what_is_unused_is_found_by_age_and_owner(sqlite_operations: Operations) -> None:
    world = sqlite_operations.world
    now = world.access.context.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in (job("migrate-1"), job("migrate-2", at=now), job("nightly-1", of_cron_job=True)):
        world.cluster.store.create("jobs.batch", one)
    await world.settled(lambda cache: len([row for row in cache.rows("Job") if "migrate" in row.name]) == 2)
    done = await sqlite_operations.run("cleanup_resources")
    assert done["status"] == "completed", done
    details = done["result"]["details"]
    assert [(one["kind"], one["name"]) for one in details["unused"]] == [("Job", "migrate-1")]
    assert "ConfigMap" in details["not_assessed"]
    assert world.writes() == []


async def test_sizes_need_history_and_say_so(sqlite_operations: Operations) -> None:
    done = await sqlite_operations.run("optimize_resources", target_component="web-app")
    assert done["status"] == "completed", done
    (found,) = done["result"]["details"]["applications"]
    assert (found["application"], found["recommended"]) == ("web-app", None)
    assert found["reason"]
    assert sqlite_operations.world.writes() == []


async def test_what_is_not_available_is_refused_by_name(sqlite_operations: Operations) -> None:
    backup = await sqlite_operations.start("backup_all")
    assert backup.status_code == 422
    assert "no backups" in backup.json()["error"]["details"]["operation"]
    age = await sqlite_operations.start("cleanup_resources", older_than_days=0)
    assert "parameters.older_than_days" in age.json()["error"]["details"]
