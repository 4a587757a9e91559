"""What the chat says of the world, held against what the API server says at that moment."""

from __future__ import annotations

import re

import pytest

from testenv.harness.control_plane import KINDS, NAMESPACES, ControlPlane, Object
from testenv.harness.service import Service, attachments, until

pytestmark = pytest.mark.usefixtures("whole_world")
ISSUES = {
    "crane-control": "CrashLoopBackOff",
    "tide-forecast": "OOMKilled",
    "customs-gateway": "ImagePullBackOff",
    "rail-dispatch": "readiness",
    "toll-ledger": "insufficient memory",
}
"""Application → the word by which an answer must name its fault."""
Rows = dict[str, tuple[int, int]]


def on_server(plane: ControlPlane) -> Rows:
    """Name → ready and desired pods of every application, from the API server."""
    rows: Rows = {}
    for plural in KINDS.values():
        for item in plane.get(plural, "-A")["items"]:
            if item["metadata"]["namespace"] in NAMESPACES:
                status = item["status"]
                desired = item["spec"].get("replicas", status.get("desiredNumberScheduled", 0))
                ready = status.get("readyReplicas", status.get("numberReady", 0))
                rows[item["metadata"]["name"]] = (ready, desired)
    return rows


def in_table(answer: Object) -> Rows:
    """The same from the answer's table."""
    (table,) = attachments(answer, "application_status_table")
    return {
        row["name"]: tuple(map(int, row["replicas"].split("/")))  # type: ignore[misc]
        for row in table["applications"]
        if row["project"] in NAMESPACES
    }


def asked_between(plane: ControlPlane, service: Service) -> tuple[Object, Rows]:
    """An answer, and what the server said both before and after it."""
    until(service.is_current)
    while True:
        before = on_server(plane)
        answer = service.say("What's the status of my applications?")
        if before == on_server(plane):
            return answer, before


def test_status_is_what_the_server_says(plane: ControlPlane, service: Service) -> None:
    answer, expected = asked_between(plane, service)
    assert len(expected) == 16
    assert in_table(answer) == expected
    text = answer["response"]["content"]
    for name, (ready, desired) in expected.items():
        assert re.search(rf"- {name}: {ready}/{desired} replica", text), (name, text)
    healthy, issues = text.split("**Applications with Issues")[0], text.split("**Applications with Issues")[1]
    assert all(name in issues and name not in healthy for name in ISSUES)


@pytest.mark.parametrize("name", ISSUES)
def test_who_has_issues_and_why(service: Service, name: str) -> None:
    until(service.is_current)
    answer = until(lambda: _telling(service, name))
    assert ISSUES[name] in answer["response"]["content"]
    assert any(name in str(item.get("object") or item.get("query")) for item in answer["evidence"])


def _telling(service: Service, name: str) -> Object | None:
    """The answer, once the service has seen the fault."""
    answer = service.say(f"why is {name} failing?")
    return answer if "is healthy" not in answer["response"]["content"] else None


def test_scaling_by_kubectl_changes_the_next_answer(plane: ControlPlane, service: Service) -> None:
    plane.kubectl("scale", "deployment/yard-scanner", "-n", "transit", "--replicas=3")
    try:
        plane.kubectl("rollout", "status", "deployment/yard-scanner", "-n", "transit", "--timeout=60s")
        until(lambda: in_table(asked_between(plane, service)[0])["yard-scanner"] == (3, 3), 20)
        answer, expected = asked_between(plane, service)
        assert in_table(answer) == expected
    finally:
        plane.kubectl("scale", "deployment/yard-scanner", "-n", "transit", "--replicas=2")


def test_usage_is_what_the_metrics_server_says(plane: ControlPlane, service: Service) -> None:
    def measured() -> list[Object]:
        listed = [app for app in service.applications() if app["name"] == "cargo-search"]
        return [app for app in listed if app["cpu_usage"] is not None]

    (app,) = until(measured)
    # Two pods of 520m and 2600Mi each, of limits of 2 cores and 4Gi.
    assert app["cpu_usage"] == pytest.approx(26, abs=1)
    assert app["memory_usage"] == pytest.approx(63.5, abs=1)
    assert "cargo-search-0" in plane.kubectl("top", "pods", "-n", "harbor")


def test_a_node_that_goes_down_is_told(plane: ControlPlane, service: Service) -> None:
    node = plane.get("nodes")["items"][-1]["metadata"]["name"]
    plane.kubectl("annotate", "node", node, "hexaops.dev/fault=not-ready")
    try:

        def told() -> bool:
            answer = service.say("are all nodes ok?")
            text = answer["response"]["content"]
            return node in text and ("NotReady" in text or "not ready" in text)

        until(told, 60)
    finally:
        plane.kubectl("annotate", "node", node, "hexaops.dev/fault-")
        plane.kubectl("wait", f"node/{node}", "--for=condition=Ready", "--timeout=60s")
