"""Changes asked for in the chat, confirmed by their plan, made on a real API server, and counted in its audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from testenv.harness.control_plane import READER, WRITER, ControlPlane, Object, dry_runs, version_of, writes
from testenv.harness.service import ENDED, Service, until
from tests.contract.receiving import Receiver, receiving

RESTART = ["validate_application", "drain_connections", "restart_pods", "verify_health"]
SCALE = ["validate_application", "scale_workload", "verify_health"]


@pytest.fixture(scope="module")
def hook(service: Service) -> Iterator[tuple[Receiver, Webhook]]:
    """A receiver that the workspace's events are sent to, and what their signatures are checked with."""
    with receiving() as receiver:
        body = {"url": receiver.url, "events": ["aiops.action.started", "aiops.action.completed"]}
        made = service.call("POST", "/aiops/webhooks", body)
        assert made.status_code == 201, made.text
        yield receiver, Webhook(made.json()["data"]["secret"])


@pytest.fixture(scope="module", autouse=True)
def beginning(plane: ControlPlane) -> int:
    """Where the audit log ended before this file's changes."""
    return plane.audit_position()


def pods(plane: ControlPlane, namespace: str, name: str) -> dict[str, Object]:
    """uid → pod, of those that are not going."""
    items = plane.get("pods", "-n", namespace, "-l", f"app={name}")["items"]
    return {one["metadata"]["uid"]: one for one in items if "deletionTimestamp" not in one["metadata"]}


def is_ready(pod: Object) -> bool:
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"]["conditions"])


@pytest.mark.usefixtures("whole_world")
def test_a_restart_from_the_question_to_the_webhook(
    plane: ControlPlane, service: Service, hook: tuple[Receiver, Webhook]
) -> None:
    """crane-control has one crashing pod of three: its restart heals it."""
    before, mark = pods(plane, "harbor", "crane-control"), plane.audit_position()
    assert [is_ready(pod) for pod in before.values()].count(False) == 1
    plan = service.plan_by_chat("please restart crane-control")
    assert not writes(plane.audit(WRITER, after=mark)), "a plan writes nothing"
    assert dry_runs(plane.audit(WRITER, after=mark))
    started = service.confirm(plan).json()["data"]
    seen: list[tuple[str, ...]] = []

    def followed() -> Object | None:
        action = service.action(started["action_id"])
        statuses = tuple(step["status"] for step in action["steps"])
        if statuses not in seen:
            seen.append(statuses)
        return action if action["status"] in ENDED else None

    action = until(followed)
    assert action["status"] == "completed", action
    assert [step["step"] for step in action["steps"]] == RESTART
    assert any("in_progress" in statuses for statuses in seen), "the steps are seen while they run"
    after = pods(plane, "harbor", "crane-control")
    assert not before.keys() & after.keys()
    assert [is_ready(pod) for pod in after.values()] == [True] * 3
    assert len(writes(plane.audit(WRITER, after=mark), "crane-control")) == 1
    _check_hook(hook, action)
    assert service.internal("/audit/verification")["valid"] is True


def _check_hook(hook: tuple[Receiver, Webhook], action: Object) -> None:
    receiver, secret = hook
    for event in ("aiops.action.started", "aiops.action.completed"):
        (delivery,) = until(lambda event=event: receiver.of(event, action["action_id"]))  # type: ignore[misc]
        verified = secret.verify(delivery.body, delivery.headers)
        assert verified["data"]["action"]["id"] == action["action_id"]


def test_a_scaling_is_made_verified_and_undone(plane: ControlPlane, service: Service) -> None:
    mark = plane.audit_position()
    action = service.run("scale depot-agent to 4 replicas")
    assert action["status"] == "completed", action
    assert [step["step"] for step in action["steps"]] == SCALE
    assert plane.workload("transit", "depot-agent")["status"]["readyReplicas"] == 4
    path = f"/aiops/actions/{action['action_id']}/rollback"
    plan = service.call("POST", path).json()["data"]["plan"]
    given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    undone = service.ended(service.call("POST", path, {"parameters": given}).json()["data"]["action_id"])
    assert (undone["status"], undone["rollback_of"]) == ("completed", action["action_id"])
    assert plane.workload("transit", "depot-agent")["spec"]["replicas"] == 2
    assert len(writes(plane.audit(WRITER, after=mark), "depot-agent")) == 2


@pytest.mark.parametrize(
    ("message", "kind", "namespace", "name"),
    [
        ("restart signal-cache", "statefulset", "transit", "signal-cache"),
        ("restart buoy-telemetry", "daemonset", "harbor", "buoy-telemetry"),
    ],
)
def test_every_kind_of_workload_restarts(
    plane: ControlPlane, service: Service, message: str, kind: str, namespace: str, name: str
) -> None:
    before = pods(plane, namespace, name)
    action = service.run(message)
    assert action["status"] == "completed", action
    after = pods(plane, namespace, name)
    assert len(after) == len(before)
    assert not before.keys() & after.keys()


def test_stop_and_start(plane: ControlPlane, service: Service) -> None:
    assert service.run("stop pilot-roster")["status"] == "completed"
    assert not pods(plane, "harbor", "pilot-roster")
    assert service.run("start pilot-roster")["status"] == "completed"
    assert [is_ready(pod) for pod in pods(plane, "harbor", "pilot-roster").values()] == [True]


def test_a_target_changed_by_kubectl_refuses_the_plan(plane: ControlPlane, service: Service) -> None:
    plan, mark = service.plan_by_chat("scale yard-scanner to 4"), plane.audit_position()
    plane.kubectl("set", "env", "deployment/yard-scanner", "-n", "transit", "BERTH=7")
    answer = service.confirm(plan)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "PLAN_STALE"), answer.text
    plane.kubectl("rollout", "status", "deployment/yard-scanner", "-n", "transit", "--timeout=60s")
    assert not writes(plane.audit(WRITER, after=mark))


def test_a_target_made_anew_refuses_the_plan(plane: ControlPlane, service: Service) -> None:
    plan = service.plan_by_chat("restart pilot-roster")
    old = plane.workload("harbor", "pilot-roster")
    plane.kubectl("delete", "deployment/pilot-roster", "-n", "harbor")
    kept = {key: old["metadata"][key] for key in ("name", "namespace", "labels")}
    manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": kept, "spec": old["spec"]}
    plane.kubectl("create", "-f", "-", content=json.dumps(manifest))
    plane.kubectl("rollout", "status", "deployment/pilot-roster", "-n", "harbor", "--timeout=60s")
    answer = service.confirm(plan)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "PLAN_STALE"), answer.text


def test_confirmation_without_a_plan_does_not_stop(plane: ControlPlane, service: Service) -> None:
    mark = plane.audit_position()
    answer = service.ask("stop_application", "pilot-roster", confirmation=True)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["status"] == "awaiting_confirmation"
    assert answer.json()["data"]["plan"]["risk"] == "high"
    assert not writes(plane.audit(WRITER, after=mark))


@pytest.mark.parametrize(
    ("action", "name", "parameters", "rule", "words"),
    [
        ("restart_application", "invoice-engine", {}, 7, "PodDisruptionBudget invoice-engine-pdb allows 0"),
        ("scale_application", "fleet-tracker", {"replicas": 6}, 8, "HorizontalPodAutoscaler fleet-tracker"),
        ("stop_application", "fleet-tracker", {}, 8, "switch it off silently"),
        ("scale_application", "yard-scanner", {"replicas": 60}, 10, "at once"),
    ],
)
def test_guardrails(
    plane: ControlPlane, service: Service, action: str, name: str, parameters: Object, rule: int, words: str
) -> None:
    mark = plane.audit_position()
    answer = service.ask(action, name, **parameters)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "GUARDRAIL_REFUSED"), answer.text
    assert error["details"]["rule"] == rule
    assert words in error["details"]["reason"]
    assert error["details"]["possible_when"]
    assert not writes(plane.audit(WRITER, after=mark))


def test_a_quota_is_named_when_it_stops_a_scaling(plane: ControlPlane, service: Service) -> None:
    """The quota lets the scale be set, but not the pods be made: not verified, so undone."""
    _set_quota(plane, 16)
    try:
        deadline = '{"spec":{"progressDeadlineSeconds":5}}'
        plane.kubectl("patch", "deployment/depot-agent", "-n", "transit", "--type=merge", "-p", deadline)
        plane.kubectl("rollout", "status", "deployment/depot-agent", "-n", "transit", "--timeout=60s")
        action = service.run("scale depot-agent to 5")
        assert action["status"] == "failed", action
        assert "exceeded quota: transit-quota" in action["error"]["message"]
        assert action["result"]["rolled_back"] is True
        assert plane.workload("transit", "depot-agent")["spec"]["replicas"] == 2
    finally:
        _set_quota(plane, 60)


def test_a_scaling_amid_a_stuck_rollout_warns_and_tells_what_it_left(plane: ControlPlane, service: Service) -> None:
    """Kubernetes shares each number out over both revisions: putting 3 back leaves 2 ready pods of them."""
    gauge = ("deployment/tide-gauge", "-n", "harbor")
    plane.kubectl("create", "deployment", "tide-gauge", "-n", "harbor", "--image=port/tide-gauge:1", "--replicas=3")
    try:
        plane.kubectl("rollout", "status", *gauge, "--timeout=60s")
        nowhere = {"progressDeadlineSeconds": 5, "template": {"spec": {"nodeSelector": {"tide": "none"}}}}
        plane.kubectl("patch", *gauge, "--type=merge", "-p", json.dumps({"spec": nowhere}))
        until(lambda: plane.workload("harbor", "tide-gauge")["status"].get("replicas") == 4)
        plan, mark = service.plan_by_chat("scale tide-gauge to 5"), plane.audit_position()
        assert "(3 of 4 pods are of an older revision)" in plan["warnings"][0]
        action = service.ended(service.confirm(plan).json()["data"]["action_id"])
        assert (action["status"], action["result"]["rolled_back"]) == ("failed", False), action
        assert "4 of 5 pods ready (Unschedulable)" in action["error"]["message"]
        assert "not all was as before: 2 of 3 pods ready (Unschedulable); 3 were before" in action["result"]["message"]
        assert plane.workload("harbor", "tide-gauge")["spec"]["replicas"] == 3
        assert len(writes(plane.audit(WRITER, after=mark), "tide-gauge")) == 2
    finally:
        plane.kubectl("delete", *gauge)


def _set_quota(plane: ControlPlane, pods: int) -> None:
    quota = json.dumps({"spec": {"hard": {"pods": str(pods)}}})
    plane.kubectl("patch", "quota/transit-quota", "-n", "transit", "--type=merge", "-p", quota)


def test_what_the_audit_log_says_of_all_this(plane: ControlPlane, service: Service, beginning: int) -> None:
    """Run last in this file: over everything above."""
    assert service.run("restart yard-scanner")["status"] == "completed"
    written = writes(plane.audit(WRITER, after=beginning))
    assert written
    assert not writes(plane.audit(READER))
    asked: set[tuple[str, str, str]] = set()
    for entry in plane.audit(WRITER, after=beginning):
        if entry["verb"] != "patch":
            assert entry["objectRef"]["apiGroup"] == "authorization.k8s.io", entry["requestURI"]
        elif "dryRun=All" in entry["requestURI"]:
            asked.add(version_of(entry))
        elif entry["responseStatus"]["code"] < 300:
            assert version_of(entry) in asked, entry["requestURI"]
            assert entry["userAgent"].startswith("hexaops/")
            assert "fieldManager=hexaops" in entry["requestURI"]
