"""Our verdicts on Pod Security are those of the API server's own admission, on generated pods."""

from __future__ import annotations

import json
from collections import Counter

from hexaops.analysis.posture.pod_security import Level, level_of
from testenv.harness.control_plane import ControlPlane, Object
from tests.cluster.pods import generated, of_windows

COUNT = 400
LEAST = 300
"""Some changes together are not valid, whatever the standard."""
LEAST_OF_EACH = 20


def test_the_verdict_is_that_of_the_server(plane: ControlPlane) -> None:
    pods = [*generated(COUNT), *of_windows(24)]
    taken = {level: _taken(plane, level, pods) for level in Level}
    valid = [pod for pod in pods if pod["metadata"]["name"] in taken[Level.PRIVILEGED]]
    assert len(valid) >= LEAST, f"only {len(valid)} of {len(pods)} pods are valid"
    wrong = {
        pod["metadata"]["name"]: (ours, server, pod["spec"])
        for pod in valid
        if (ours := level_of(pod["spec"], pod["metadata"].get("annotations")))
        is not (server := _strictest(pod["metadata"]["name"], taken))
    }
    assert not wrong
    counted = Counter(_strictest(pod["metadata"]["name"], taken) for pod in valid)
    assert min(counted[level] for level in Level) >= LEAST_OF_EACH, counted


def _taken(plane: ControlPlane, level: Level, pods: list[Object]) -> set[str]:
    """The names of the pods that a namespace of this level would take; nothing is made in it."""
    name = f"security-{level}"
    labels = {
        f"pod-security.kubernetes.io/{key}": value for key, value in (("enforce", level), ("enforce-version", "latest"))
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}}
    plane.kubectl("apply", "-f", "-", content=json.dumps(namespace))
    plane.kubectl("apply", "-f", "-", content=json.dumps(account))  # before its controller gets to it
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": pods})
    created = plane.kubectl(
        "create", "-n", name, "--dry-run=server", "-o", "name", "-f", "-", content=listed, fails=None
    )
    return {line.removeprefix("pod/") for line in created.splitlines() if line.startswith("pod/")}


def _strictest(name: str, taken: dict[Level, set[str]]) -> Level:
    return next(level for level in (Level.RESTRICTED, Level.BASELINE, Level.PRIVILEGED) if name in taken[level])
