"""The faults that `testenv/stages.yaml` plays, beyond those of the scenario."""

from __future__ import annotations

import json

from testenv.harness.control_plane import ControlPlane, Object
from testenv.harness.service import until

SPACE = "stages"


def pod(name: str, **annotations: str) -> Object:
    spec = {"containers": [{"name": "main", "image": "example:1"}]}
    marks = {f"hexaops.dev/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "annotations": marks}, "spec": spec}


def job(name: str, **annotations: str) -> Object:
    template = pod(name, **annotations)
    spec = {"restartPolicy": "Never", **template["spec"]}
    marked = {"annotations": template["metadata"]["annotations"]}
    made = {"backoffLimit": 0, "template": {"metadata": marked, "spec": spec}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": made}


def test_each_shows(plane: ControlPlane) -> None:
    plane.kubectl("create", "namespace", SPACE)
    try:
        items = [
            pod("leaking", out_of_memory_after="1s", ready_after="1s"), pod("flapping", fault="flapping"),
            pod("stuck", fault="stuck-termination"), job("failing", fault="failed"), job("completing"),
        ]  # fmt: skip
        until(lambda: plane.get("serviceaccounts", "-n", SPACE)["items"])
        whole = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        plane.kubectl("apply", "-n", SPACE, "-f", "-", content=whole)
        until(lambda: _statuses(plane, "leaking")[0].get("restartCount", 0) >= 2)
        until(lambda: _conditions(plane, "flapping").get("Ready") == "True")
        until(lambda: _conditions(plane, "flapping").get("Ready") == "False")
        until(lambda: plane.get("job", "failing", "-n", SPACE)["status"].get("failed") == 1)
        until(lambda: plane.get("job", "completing", "-n", SPACE)["status"].get("succeeded") == 1)
        plane.kubectl("delete", "pod/stuck", "-n", SPACE, "--wait=false")
        assert plane.get("pod", "stuck", "-n", SPACE)["metadata"]["deletionTimestamp"]
    finally:
        plane.kubectl("annotate", "pod/stuck", "-n", SPACE, "hexaops.dev/fault-", fails=None)
        plane.kubectl("delete", "namespace", SPACE, "--wait=false")


def test_memory_pressure_of_a_node(plane: ControlPlane) -> None:
    node = plane.get("nodes")["items"][-1]["metadata"]["name"]

    def pressure() -> str:
        conditions = plane.get("node", node)["status"]["conditions"]
        return str(next(one["status"] for one in conditions if one["type"] == "MemoryPressure"))

    plane.kubectl("annotate", "node", node, "hexaops.dev/fault=memory-pressure")
    try:
        until(lambda: pressure() == "True")
    finally:
        plane.kubectl("annotate", "node", node, "hexaops.dev/fault-")
    until(lambda: pressure() == "False")


def _statuses(plane: ControlPlane, name: str) -> list[Object]:
    return plane.get("pod", name, "-n", SPACE)["status"].get("containerStatuses") or [{}]


def _conditions(plane: ControlPlane, name: str) -> dict[str, str]:
    found = plane.get("pod", name, "-n", SPACE)["status"].get("conditions", ())
    return {one["type"]: one["status"] for one in found}
