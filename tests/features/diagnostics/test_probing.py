"""A probe pod tries a connection: what it says, what it may do, and that none is ever left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hexaops.analysis.posture.pod_security import Level, level_of
from tests.living import LivingWorld, living_world

IMAGE = "registry.example/probe:1"
SETTINGS: Mapping[str, Any] = {"metrics_sampling": False, "probe_image": IMAGE, "change_stuck_seconds": 1}


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path, SETTINGS) as opened:
        yield opened


async def probed(world: LivingWorld, application: str, **parameters: Any) -> dict[str, Any]:
    """What a completed probe found; its pod is gone."""
    ended = await world.run("probe_connectivity", application, **parameters)
    assert ended["status"] == "completed", ended
    assert pods(world) == []
    found: dict[str, Any] = ended["result"]["details"]
    return found


def pods(world: LivingWorld) -> list[dict[str, Any]]:
    """Probe pods that are there and not being deleted."""
    return [
        one for one in world.cluster.store.list("pods")
        if "hexaops.dev/probe" in one["metadata"].get("labels", {}) and "deletionTimestamp" not in one["metadata"]
    ]  # fmt: skip


def of_probe(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["result"], one["detail"]) for one in found["checks"] if one["check"] == "probe"]


async def test_a_pod_connects_where_the_rules_say_so(world: LivingWorld) -> None:
    found = await probed(world, "web-app", to="api-service")
    ((result, detail),) = of_probe(found)
    assert (result, found["result"], found["method"], found["note"]) == ("passed", "passed", "probe", None)
    assert detail.startswith("the probe pod connected to backend/api-service:")
    assert [one["verb"] for one in world.writes()] == ["create", "delete"]


async def test_a_pod_is_kept_away_by_the_policy_that_keeps_the_application_away(world: LivingWorld) -> None:
    found = await probed(world, "web-app", to="database-app")
    ((result, detail),) = of_probe(found)
    assert (result, found["result"], found["method"]) == ("failed", "failed", "probe")
    assert "could not connect to" in detail
    let_in = await probed(world, "api-service", to="data/database-app")
    assert of_probe(let_in)[0][0] == "passed"


async def test_the_pod_is_restricted_small_owned_and_tells_nothing_of_its_own(world: LivingWorld) -> None:
    plan = await world.plan("probe_connectivity", "web-app", to="api-service")
    made: list[dict[str, Any]] = []
    name = plan["target"]["name"]
    end = world.cluster.store.subscribe(lambda event: made.append(event.object) if event.key.name == name else None)
    ended = await world.ended((await world.confirm(plan)).json()["data"]["action_id"])
    end()
    assert ended["status"] == "completed"
    pod = made[0]
    spec, container = pod["spec"], pod["spec"]["containers"][0]
    assert level_of(spec) is Level.RESTRICTED
    assert (container["image"], container["imagePullPolicy"]) == (IMAGE, "IfNotPresent")
    assert spec["automountServiceAccountToken"] is False
    assert (spec["restartPolicy"], spec["activeDeadlineSeconds"]) == ("Never", 30)
    assert container["resources"]["limits"] == {"cpu": "100m", "memory": "32Mi"}
    (owner,) = pod["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner.get("controller")) == ("Deployment", "web-app", None)
    assert [one for one in made if _ready(one)] == [], "no Service may ever send it traffic"
    assert pods(world) == []


def _ready(pod: dict[str, Any]) -> bool:
    return any(
        one["type"] == "Ready" and one["status"] == "True" for one in (pod.get("status") or {}).get("conditions") or ()
    )


async def test_without_an_image_the_rules_alone_judge_and_say_why(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"metrics_sampling": False}) as world:
        plan = await world.plan("probe_connectivity", "web-app", to="api-service")
        assert plan["writes"] == []
        assert "name a `probe_image`" in plan["warnings"][0]
        found = await probed(world, "web-app", to="api-service")
        assert (found["method"], found["result"], of_probe(found)) == ("rules", "passed", [])
        assert "name a `probe_image`" in found["note"]
        assert world.writes() == []


async def test_without_the_right_the_rules_alone_judge_and_name_it(world: LivingWorld) -> None:
    world.take_rights_away()
    found = await probed(world, "web-app", to="api-service")
    assert (found["method"], found["result"]) == ("rules", "passed")
    assert "deploy/probe.yaml" in found["note"]
    assert world.writes() == []


async def test_a_pod_that_never_starts_is_deleted_and_the_rules_judge(world: LivingWorld) -> None:
    for node in world.cluster.store.list("nodes"):
        world.cluster.store.update("nodes", {**node, "spec": {**node["spec"], "unschedulable": True}})
    found = await probed(world, "web-app", to="api-service", timeout_seconds=5)
    assert (found["method"], found["result"], of_probe(found)) == ("rules", "passed", [])
    assert "does not start, Unschedulable" in found["note"]
    assert [one["verb"] for one in world.writes()] == ["create", "delete"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"to": "nothing-here"}, "to"),
        ({"to": "kube-system/kube-dns"}, "to"),
        ({"to": "api-service", "port": 1}, "port"),
    ],
)
async def test_what_is_not_in_the_workspace_is_refused(
    world: LivingWorld, parameters: dict[str, Any], field: str
) -> None:
    answer = await world.ask("probe_connectivity", "web-app", **parameters)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "VALIDATION_FAILED")
    assert list(error["details"]) == [f"parameters.{field}"]
