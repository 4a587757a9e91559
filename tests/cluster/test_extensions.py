"""Functions and pipelines in the overview: counted where their kinds are served, none with the reason elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from testenv.harness.control_plane import ROOT, ControlPlane, Object
from testenv.harness.service import Service, until

PROJECT = "transit"
FILES = [str(ROOT / "testenv" / "crds" / f"{name}.yaml") for name in ("knative", "tekton", "argo")]
KINDS = ("services.serving.knative.dev", "pipelineruns.tekton.dev", "workflows.argoproj.io")
STARTED, LATER = "2024-01-20T14:00:00Z", "2024-01-20T14:30:00Z"


def manifest(api: str, kind: str, name: str, *, namespace: str = PROJECT, **more: Object) -> Object:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": {}, **more}


def function(name: str, namespace: str = PROJECT) -> Object:
    template = {"spec": {"containers": [{"image": f"{name}:1.0"}]}}
    return manifest("serving.knative.dev/v1", "Service", name, namespace=namespace, spec={"template": template})


def warm_pod(of: str) -> Object:
    """A pod as Knative makes it for a function that is asked."""
    pod = manifest("v1", "Pod", f"{of}-00001-deployment-x", spec={"containers": [{"name": "user", "image": "any:1"}]})
    pod["metadata"]["labels"] = {"serving.knative.dev/service": of}
    pod["spec"]["containers"][0]["resources"] = {
        name: {"cpu": "10m", "memory": "16Mi"} for name in ("requests", "limits")
    }
    return pod


@pytest.fixture
def installed(plane: ControlPlane) -> Iterator[ControlPlane]:
    """The kinds of all three projects, with nothing left of a test afterwards."""
    yield plane
    plane.kubectl("delete", ",".join(KINDS), "--all", "-A", fails=None)
    plane.kubectl("delete", "pods", "-l", "serving.knative.dev/service", "-n", PROJECT)
    for file in FILES:
        plane.kubectl("apply", "-f", file)
        plane.kubectl("wait", "--for", "condition=established", "-f", file)


def seen(service: Service) -> tuple[Object, Object]:
    """The counts of the overview, and its reasons about them."""
    path = f"/workspaces/{service.credentials['workspace_id']}/overview"
    data = service.internal(path)
    counts = {name: data["summary"][name] for name in ("functions", "pipelines")}
    return counts, {path: why for path, why in data["reasons"].items() if path.startswith(("summary.f", "summary.p"))}


def test_functions_and_pipelines_are_counted(installed: ControlPlane, service: Service) -> None:
    run = manifest("tekton.dev/v1", "PipelineRun", "build-1", spec={"pipelineRef": {"name": "build"}})
    workflow = manifest("argoproj.io/v1alpha1", "Workflow", "nightly",
                        status={"phase": "Succeeded", "startedAt": LATER, "finishedAt": LATER})  # fmt: skip
    created = [
        manifest("tekton.dev/v1", "Pipeline", "build", spec={"tasks": []}), run, workflow,
        function("resize"), function("thumbnail"), function("foreign", "kube-system"), warm_pod("resize"),
    ]  # fmt: skip
    for one in created:
        installed.kubectl("create", "-f", "-", content=json.dumps(one))
    begun = json.dumps({"status": {"startTime": STARTED}})
    installed.kubectl("patch", KINDS[1], "build-1", "-n", PROJECT, "--subresource=status", "--type=merge", "-p", begun)
    counts = {
        "functions": {"total": 2, "active": 1, "cold": 1},
        "pipelines": {"total": 2, "active": 1, "last_run": LATER},
    }
    until(lambda: seen(service) == (counts, {}))


def test_kinds_that_are_not_served_are_none_and_said_so(installed: ControlPlane, service: Service) -> None:
    for file in FILES:
        installed.kubectl("delete", "-f", file)
    none = {
        "functions": {"total": 0, "active": 0, "cold": 0},
        "pipelines": {"total": 0, "active": 0, "last_run": None},
    }
    said = {
        "summary.functions.total": "the cluster does not serve serving.knative.dev (Knative)",
        "summary.pipelines.total": "the cluster serves neither tekton.dev (Tekton) nor workflows of argoproj.io (Argo)",
        "summary.pipelines.last_run": "no pipeline has run",
    }
    until(lambda: seen(service) == (none, said))
