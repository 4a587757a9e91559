"""security_scan: every planted weakness is found, what was mended is said, and nothing is changed."""

from __future__ import annotations

from typing import Any

from tests.analysis.posture.seeded import CLEAN, SEEDED, clean_workloads, planted, seeded_workloads
from tests.features.operations.calls import Operations


async def test_a_seeded_namespace_and_a_clean_one(sqlite_operations: Operations) -> None:
    store = sqlite_operations.world.cluster.store
    plurals = {"Deployment": "deployments.apps", "DaemonSet": "daemonsets.apps", "StatefulSet": "statefulsets.apps",
               "CronJob": "cronjobs.batch"}  # fmt: skip
    for name in (SEEDED, CLEAN):
        store.create("namespaces", {"metadata": {"name": name}})
    made = [*seeded_workloads(), *clean_workloads()]
    for one in made:
        store.create(plurals[one["kind"]], one)
    await sqlite_operations.world.settled(
        lambda cache: (
            sum(row.namespace in {SEEDED, CLEAN} for row in cache.workloads())
            == sum(one["kind"] != "CronJob" for one in made)
        )
    )
    found = keys(await sqlite_operations.run("security_scan"))
    assert {one for one in found if f"/{SEEDED}/" in one} == planted()
    assert {one for one in found if f"/{CLEAN}/" in one} == set()
    assert sqlite_operations.world.writes() == []


def keys(operation: dict[str, Any]) -> set[str]:
    return {*operation["result"]["details"]["keys"]}


def harden(operations: Operations, name: str, **context: Any) -> None:
    """Somebody sets the security context of its first container."""
    template = operations.world.workload(name)["spec"]["template"]
    first, *others = template["spec"]["containers"]
    changed = {**first, "securityContext": context}
    operations.world.change(name, template={**template, "spec": {**template["spec"], "containers": [changed, *others]}})


async def test_a_planted_weakness_is_found_and_told_as_new_and_then_as_resolved(operations: Operations) -> None:
    planted = "Deployment/frontend/web-app privileged"
    first = await operations.run("security_scan")
    assert first["status"] == "completed", first
    details = first["result"]["details"]
    assert details["total"] == len(details["keys"]) == sum(details["by_severity"].values())
    assert details["compared_with"] is None
    assert first["result"]["message"] == f"{details['total']} weaknesses found"
    assert planted not in keys(first)
    harden(operations, "web-app", privileged=True)
    second = await operations.run("security_scan")
    assert planted in second["result"]["details"]["new"]
    assert second["result"]["details"]["compared_with"] == first["operation_id"]
    (found,) = [one for one in second["result"]["details"]["findings"] if one["control"] == "privileged"]
    assert (found["severity"], found["object"]) == ("high", "Deployment/frontend/web-app")
    assert found["fix"] == "set securityContext.privileged to false"
    harden(operations, "web-app")
    third = await operations.run("security_scan")
    assert planted in third["result"]["details"]["resolved"]
    assert operations.world.writes() == []
