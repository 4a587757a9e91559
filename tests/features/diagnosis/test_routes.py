"""`GET …/aiops/diagnosis` on the documents' own world: true causes, fences, and what cannot be read."""

from __future__ import annotations

from typing import Any

from hexaops.features.access.tenancy import Role
from simulator.server.access import Rule
from tests.living import LivingWorld

PATH = "/aiops/diagnosis"
CONTROL = ("web-app", "api-service", "worker-app")


async def _ask(world: LivingWorld, query: str = "", **more: Any) -> dict[str, Any]:
    answer = await world.call("GET", PATH + query, **more)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _of(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in data["findings"] if one["name"] == name]


def _read(world: LivingWorld, *left_out: str) -> None:
    """The reader may get, list and watch everything but these resources."""
    every = ("pods", "pods/log", "nodes", "events", "services", "replicasets", "deployments", "statefulsets",
             "daemonsets", "persistentvolumeclaims", "namespaces", "resourcequotas", "jobs", "cronjobs", "ingresses",
             "endpointslices", "poddisruptionbudgets", "horizontalpodautoscalers", "storageclasses")  # fmt: skip
    kept = tuple(one for one in every if one not in left_out)
    world.rules["test:reader"] = [Rule(("get", "list", "watch"), kept)]


async def test_the_failing_application_has_its_cause_and_a_change(world: LivingWorld) -> None:
    (found,) = _of(await _ask(world), "database-app")
    assert (found["rule"], found["severity"]) == ("application-error", "high")
    assert "could not locate a valid checkpoint record" in found["cause"]
    assert {one["source"] for one in found["evidence"]} >= {"status", "log"}
    assert found["remedy"]["action"] == "restart_failing_pods"
    assert found["remedy"]["parameters"] == {"application_id": found["application_id"]}
    answer = await world.call("POST", "/aiops/actions", {
        "action": found["remedy"]["action"], "parameters": found["remedy"]["parameters"],
    })  # fmt: skip
    assert answer.json()["data"]["status"] == "awaiting_confirmation", answer.text


async def test_the_pending_application_lacks_memory_and_no_change_is_made_up(world: LivingWorld) -> None:
    (found,) = _of(await _ask(world, "?application=cache-service"), "cache-service")
    assert found["rule"] == "insufficient-resources"
    assert "insufficient memory: it requests 12Gi" in found["cause"]
    assert found["fix"]["changes"] == [
        {"path": "spec.template.spec.containers[0].resources.requests.memory", "from": "12Gi", "to": None}
    ]
    assert found["remedy"] is None, "how much it should request is not known"


async def test_what_is_well_has_no_finding_above_low(world: LivingWorld) -> None:
    data = await _ask(world)
    above = {one["name"] for one in data["findings"] if one["severity"] != "low"}
    assert above == {"database-app", "cache-service"}
    for name in CONTROL:
        assert (await _ask(world, f"?application={name}&severity=medium"))["findings"] == []


async def test_a_finding_is_gone_once_its_cause_is(world: LivingWorld) -> None:
    assert _of(await _ask(world), "database-app")
    await world.run("restart_application", "database-app")
    diagnosed = await _ask(world)
    assert not _of(diagnosed, "database-app"), diagnosed["findings"]


async def test_kinds_that_may_not_be_listed_are_named(world: LivingWorld) -> None:
    _read(world, "storageclasses")
    data = await _ask(world)
    assert 'cannot list resource "storageclasses"' in data["missing"]["StorageClass"]
    assert data["missing"]["Secret"] == "Secrets are never read"
    assert {one["name"] for one in data["findings"]} >= {"database-app", "cache-service"}


async def test_without_the_right_to_logs_the_status_still_tells(world: LivingWorld) -> None:
    _read(world, "pods/log")
    data = await _ask(world)
    (found,) = _of(data, "database-app")
    assert data["logs"] == 0
    assert "log" not in {one["source"] for one in found["evidence"]}
    assert found["rule"] == "crash"


async def test_pods_that_cannot_be_listed_are_503(world: LivingWorld) -> None:
    _read(world, "pods")
    answer = await world.call("GET", PATH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert answer.json()["error"]["details"]["kinds"] == ["Pod"]


async def test_another_workspace_sees_its_own_namespaces_only(world: LivingWorld) -> None:
    other = await world.access.workspace("Frontend", "frontend")
    role: Role = "viewer"
    headers = await world.access.member("vera", role, other)
    answer = await world.access.client.get(f"/api/v1/workspaces/{other}{PATH}", headers=headers)
    assert answer.status_code == 200, answer.text
    assert "database-app" not in answer.text
    assert "cache-service" not in answer.text
    assert {one["namespace"] for one in answer.json()["data"]["findings"]} <= {"frontend", None}
    assert (await world.call("GET", PATH, headers=headers)).status_code == 404


async def test_bad_input_names_the_field(world: LivingWorld) -> None:
    answer = await world.call("GET", f"{PATH}?severity=awful")
    assert (answer.status_code, [*answer.json()["error"]["details"]]) == (422, ["severity"])
    assert (await world.call("GET", f"{PATH}?application=nothing-of-the-kind")).status_code == 404
