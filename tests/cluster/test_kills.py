"""`kill -9` of the service in the middle of a change on a real cluster: completed after a restart, written once."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import httpx2
import pytest

from testenv.harness.control_plane import WRITER, ControlPlane, writes
from testenv.harness.service import Identities, serving, until

CASES = (
    ("restart pilot-roster", "pilot-roster", "operation.accepted"),
    ("restart pilot-roster", "pilot-roster", "apply.intent_recorded"),
    ("restart pilot-roster", "pilot-roster", "apply.sent"),
    ("restart pilot-roster", "pilot-roster", "restart_pods.started"),
    ("scale signal-cache to 3", "signal-cache", "apply.intent_recorded"),
    ("scale signal-cache to 2", "signal-cache", "apply.sent"),
    ("scale depot-agent to 3", "depot-agent", "apply.outcome_recorded"),
    ("scale depot-agent to 2", "depot-agent", "verify_health.started"),
)


@pytest.mark.parametrize(("message", "name", "point"), CASES)
def test_killed_and_completed_with_one_write(
    plane: ControlPlane, identities: Identities, tmp_path: Path, message: str, name: str, point: str
) -> None:
    mark = plane.audit_position()
    with serving(tmp_path, identities, {"HEXAOPS_FAILPOINT": point}) as service:
        plan = service.plan_by_chat(message)
        with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
            service.confirm(plan)
        assert service.died() == -signal.SIGKILL, f"{point} was never reached"
    with serving(tmp_path, identities) as service:
        again = service.confirm(plan)
        assert again.status_code == 200, again.text
        action = service.ended(again.json()["data"]["action_id"])
        assert action["status"] == "completed", action
        assert {step["status"] for step in action["steps"]} == {"completed"}
        assert service.internal("/audit/verification")["valid"] is True
    assert len(writes(plane.audit(WRITER, after=mark), name)) == 1


def test_a_killed_api_server_is_waited_for(plane: ControlPlane, identities: Identities, tmp_path: Path) -> None:
    """The service says that it is away, reads it again when it is back, and has missed nothing."""
    with serving(tmp_path, identities) as service:
        until(lambda: len(service.applications()) >= 16)
        plane.kill("kube-apiserver")
        try:
            until(lambda: not service.is_current())
        finally:
            plane.restart("kube-apiserver")
        plane.kubectl("scale", "deployment/yard-scanner", "-n", "transit", "--replicas=3")
        try:
            until(lambda: {app["name"]: app for app in service.applications()}["yard-scanner"]["ready_replicas"] == 3)
            until(service.is_current)
        finally:
            plane.kubectl("scale", "deployment/yard-scanner", "-n", "transit", "--replicas=2")
