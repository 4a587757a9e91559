"""Each further kind of change on a real API server, and its undoing."""

from __future__ import annotations

from typing import Any

import pytest

from testenv.harness.control_plane import WRITER, ControlPlane, Object, writes
from testenv.harness.service import Service, until


def completed(service: Service, action: str, **parameters: Any) -> Object:
    """Plan and confirm an action; it must complete."""
    answer = service.call("POST", "/aiops/actions", {"action": action, "parameters": parameters})
    assert answer.status_code == 200, answer.text
    plan = answer.json()["data"]["plan"]
    given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    started = service.call("POST", "/aiops/actions", {"action": action, "parameters": {**parameters, **given}})
    assert started.status_code == 200, started.text
    ended: Object = service.ended(started.json()["data"]["action_id"])
    assert ended["status"] == "completed", ended
    return ended


def put_back(service: Service, action: Object) -> None:
    """Undo an action by the plan of its inverse."""
    path = f"/aiops/actions/{action['action_id']}/rollback"
    plan = service.call("POST", path).json()["data"]["plan"]
    given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    answer = service.call("POST", path, {"parameters": given})
    assert answer.status_code == 200, answer.text
    undone = service.ended(answer.json()["data"]["action_id"])
    assert undone["status"] == "completed", undone


def test_variables_are_set_and_put_back(plane: ControlPlane, service: Service) -> None:
    mark = plane.audit_position()
    action = completed(service, "update_configuration", application_id="depot-agent", env={"MODE": "night"})
    container = plane.workload("transit", "depot-agent")["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "MODE", "value": "night"} in container["env"]
    assert len(writes(plane.audit(WRITER, after=mark), "depot-agent")) == 1
    put_back(service, action)
    container = plane.workload("transit", "depot-agent")["spec"]["template"]["spec"]["containers"][0]
    assert "MODE" not in [one["name"] for one in container.get("env", ())]


def test_a_release_is_rolled_back(plane: ControlPlane, service: Service) -> None:
    completed(service, "update_configuration", application_id="depot-agent", env={"MODE": "day"})
    action = completed(service, "rollback_revision", application_id="depot-agent")
    container = plane.workload("transit", "depot-agent")["spec"]["template"]["spec"]["containers"][0]
    assert "MODE" not in [one["name"] for one in container.get("env", ())]
    put_back(service, action)
    container = plane.workload("transit", "depot-agent")["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "MODE", "value": "day"} in container["env"]


def test_an_autoscaler_is_made_changed_and_removed(plane: ControlPlane, service: Service) -> None:
    made = completed(
        service, "set_autoscaling", application_id="depot-agent", min_replicas=2, max_replicas=5, target_cpu_percent=80
    )
    assert plane.get("hpa", "depot-agent", "-n", "transit")["spec"]["maxReplicas"] == 5
    until(lambda: service.ask("scale_application", "depot-agent", replicas=3).status_code == 409)
    changed = completed(service, "set_autoscaling", application_id="depot-agent", max_replicas=4)
    put_back(service, changed)
    assert plane.get("hpa", "depot-agent", "-n", "transit")["spec"]["maxReplicas"] == 5
    put_back(service, made)
    assert not [one for one in plane.get("hpa", "-n", "transit")["items"] if one["metadata"]["name"] == "depot-agent"]


def test_a_quota_is_changed_and_put_back(plane: ControlPlane, service: Service) -> None:
    (before,) = plane.get("resourcequota", "-n", "transit")["items"]
    action = completed(service, "update_quota", project="transit", hard={"pods": "90"})
    (quota,) = plane.get("resourcequota", "-n", "transit")["items"]
    assert quota["spec"]["hard"] == {**before["spec"]["hard"], "pods": "90"}
    put_back(service, action)
    (quota,) = plane.get("resourcequota", "-n", "transit")["items"]
    assert quota["spec"]["hard"] == before["spec"]["hard"]


@pytest.mark.usefixtures("whole_world")
def test_a_failing_pod_is_evicted(plane: ControlPlane, service: Service) -> None:
    """crane-control has one crashing pod of three: the others stay."""
    items = plane.get("pods", "-n", "harbor", "-l", "app=crane-control")["items"]
    before = {one["metadata"]["uid"] for one in items}
    action = completed(service, "restart_failing_pods", application_id="crane-control")
    assert len(action["result"]["details"]["pods_evicted"]) == 1
    after = {one["metadata"]["uid"] for one in plane.get("pods", "-n", "harbor", "-l", "app=crane-control")["items"]}
    assert len(before - after) == 1
