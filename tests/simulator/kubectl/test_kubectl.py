"""What people do with kubectl, done with the real one."""

from __future__ import annotations

import json
import re

import pytest

from tests.simulator.kubectl.conftest import Kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

WEB = ("-n", "frontend", "deployment", "web-app")
MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: applied, namespace: frontend}
spec:
  replicas: 1
  selector: {matchLabels: {app: applied}}
  template:
    metadata: {labels: {app: applied}}
    spec: {containers: [{name: main, image: "nginx:1"}]}
"""


def table(text: str) -> list[dict[str, str]]:
    """Rows of a printed table, by column."""
    head, *lines = text.rstrip("\n").split("\n")
    names = re.split(r"\s{2,}", head.strip())
    return [dict(zip(names, re.split(r"\s{2,}", line.strip()), strict=False)) for line in lines]


def test_get_prints_tables(kubectl: Kubectl) -> None:
    rows = {row["NAME"]: row for row in table(kubectl.run("get", "deployments", "-n", "data"))}
    assert (rows["database-app"]["READY"], rows["cache-service"]["READY"]) == ("2/3", "1/2")
    wide = table(kubectl.run("get", "pods", "-n", "frontend", "-o", "wide", "-l", "app=web-app"))
    assert {row["STATUS"] for row in wide} == {"Running"}
    assert {"IP", "NODE", "NOMINATED NODE", "READINESS GATES"} <= set(wide[0])
    nodes = table(kubectl.run("get", "nodes", "-o", "wide"))
    assert [row["STATUS"] for row in nodes] == ["Ready"] * 4
    everything = kubectl.run("get", "all,hpa,pdb,pvc,ingress,endpointslices,cronjobs", "-A")
    assert "deployment.apps/web-app" in everything
    assert "horizontalpodautoscaler.autoscaling/" in everything


def test_get_gives_objects_and_selects(kubectl: Kubectl) -> None:
    listed = kubectl.get("pods", "-A", "--field-selector=status.phase=Pending")
    assert [item["metadata"]["name"].rsplit("-", 2)[0] for item in listed["items"]] == ["cache-service"]
    assert listed["items"][0]["kind"] == "Pod"
    image = kubectl.run("get", *WEB, "-o", "jsonpath={.spec.replicas}")
    assert image == "3"
    assert "pods" in kubectl.run("api-resources", "--verbs=list", "-o", "name").splitlines()
    assert 'pods "nope" not found' in kubectl.run("get", "pod", "nope", fails=True)


def test_describe_tells_the_story(kubectl: Kubectl) -> None:
    failing = next(
        item["metadata"]["name"]
        for item in kubectl.get("pods", "-n", "data", "-l", "app=database-app")["items"]
        if not item["status"]["containerStatuses"][0]["ready"]
    )
    told = kubectl.run("describe", "pod", failing, "-n", "data")
    assert "CrashLoopBackOff" in told
    assert "Back-off restarting failed container" in told
    deployment = kubectl.run("describe", *WEB)
    assert "3 desired | 3 updated | 3 total | 3 available | 0 unavailable" in deployment
    node = kubectl.run("describe", "node", "worker-node-1")
    assert "Allocated resources" in node
    assert "KubeletReady" in node


def test_logs_are_shown_and_followed(kubectl: Kubectl) -> None:
    assert len(kubectl.run("logs", "-n", "frontend", "deploy/web-app", "--tail=5").splitlines()) == 5
    stamped = kubectl.run("logs", "-n", "frontend", "deploy/web-app", "--tail=1", "--timestamps")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ", stamped)
    with kubectl.start("logs", "-n", "frontend", "deploy/web-app", "--tail=1", "-f") as following:
        assert following.stdout is not None
        assert all(following.stdout.readline() for _ in range(3))
        following.terminate()


def test_top_shows_usage(kubectl: Kubectl) -> None:
    pods = table(kubectl.run("top", "pods", "-n", "frontend"))
    assert all(re.fullmatch(r"\d+m", row["CPU(cores)"]) for row in pods)
    nodes = table(kubectl.run("top", "nodes"))
    assert len(nodes) == 4
    assert all(row["MEMORY(bytes)"].endswith("Mi") for row in nodes)


def test_scale_and_rollouts_are_followed(kubectl: Kubectl) -> None:
    kubectl.run("scale", *WEB, "--replicas=4")
    assert "successfully rolled out" in kubectl.run("rollout", "status", *WEB, "--timeout=60s")
    assert kubectl.get(*WEB)["status"]["readyReplicas"] == 4
    assert "Expected replicas to be 9" in kubectl.run("scale", *WEB, "--current-replicas=9", "--replicas=3", fails=True)
    kubectl.run("rollout", "restart", *WEB)
    assert "successfully rolled out" in kubectl.run("rollout", "status", *WEB, "--timeout=60s")
    annotations = kubectl.get(*WEB)["spec"]["template"]["metadata"]["annotations"]
    assert "kubectl.kubernetes.io/restartedAt" in annotations
    assert "REVISION" in kubectl.run("rollout", "history", *WEB)
    kubectl.run("rollout", "undo", *WEB)
    kubectl.run("scale", *WEB, "--replicas=3")
    kubectl.run("rollout", "status", *WEB, "--timeout=60s")


def test_patches_labels_and_images(kubectl: Kubectl) -> None:
    kubectl.run("patch", *WEB, "-p", '{"metadata":{"labels":{"one":"1"}}}')
    kubectl.run("patch", *WEB, "--type=merge", "-p", '{"metadata":{"labels":{"two":"2"}}}')
    kubectl.run("patch", *WEB, "--type=json", "-p", '[{"op":"add","path":"/metadata/labels/three","value":"3"}]')
    kubectl.run("label", *WEB, "four=4")
    labels = kubectl.get(*WEB)["metadata"]["labels"]
    assert {labels[name] for name in ("one", "two", "three", "four")} == {"1", "2", "3", "4"}
    refused = kubectl.run("patch", *WEB, "-p", '{"spec":{"replicas":-1}}', fails=True)
    assert "spec.replicas: Invalid value: -1: must be greater than or equal to 0" in refused


def test_apply_diff_and_delete(kubectl: Kubectl) -> None:
    assert "created (server dry run)" in kubectl.run("apply", "-f", "-", "--dry-run=server", content=MANIFEST)
    assert "created" in kubectl.run("apply", "-f", "-", content=MANIFEST)
    assert "unchanged" in kubectl.run("apply", "-f", "-", content=MANIFEST)
    changed = MANIFEST.replace("replicas: 1", "replicas: 2")
    assert "configured" in kubectl.run("apply", "-f", "-", content=changed)
    misspelt = MANIFEST.replace("replicas: 1", "replicaz: 1")
    assert 'unknown field "spec.replicaz"' in kubectl.run("apply", "-f", "-", content=misspelt, fails=True)
    unsupported = kubectl.run("apply", "--server-side", "-f", "-", content=MANIFEST, fails=True)
    assert "the simulator does not support server-side apply" in unsupported
    kubectl.run("wait", "--for=condition=Available", "-n", "frontend", "deploy/applied", "--timeout=60s")
    assert "deleted" in kubectl.run("delete", "-n", "frontend", "deployment", "applied", "--timeout=60s")
    kubectl.run("wait", "--for=delete", "-n", "frontend", "pod", "-l", "app=applied", "--timeout=60s")


def test_create_sends_protobuf(kubectl: Kubectl) -> None:
    kubectl.run("create", "namespace", "made")
    kubectl.run("create", "configmap", "-n", "made", "settings", "--from-literal=a=b")
    kubectl.run("create", "deployment", "-n", "made", "app", "--image=nginx:1", "--replicas=0", "--port=80")
    kubectl.run("autoscale", "deployment", "-n", "made", "app", "--min=2", "--max=5", "--cpu=50%")
    kubectl.run("expose", "deployment", "-n", "made", "app", "--port=80")
    assert kubectl.get("configmap", "-n", "made", "settings")["data"] == {"a": "b"}
    found = kubectl.get("deployment", "-n", "made", "app")["spec"]
    assert (found["replicas"], found["template"]["spec"]["containers"][0]["ports"][0]["containerPort"]) == (0, 80)
    assert kubectl.run("auth", "can-i", "create", "pods").strip() == "yes"
    kubectl.run("--context", "reader", "auth", "can-i", "create", "pods", fails=True)
    kubectl.run("delete", "namespace", "made", "--timeout=60s")


def test_a_watch_goes_on(kubectl: Kubectl) -> None:
    with kubectl.start("get", "deployment", "-n", "backend", "worker-app", "-w", "-o", "json") as watching:
        assert watching.stdout is not None
        decoder, text = json.JSONDecoder(), ""

        def following() -> dict[str, object]:
            nonlocal text
            while True:
                try:
                    found, end = decoder.raw_decode(text.lstrip())
                except ValueError:
                    assert watching.stdout is not None
                    text += watching.stdout.readline()
                else:
                    text = text.lstrip()[end:]
                    return dict(found)

        first = following()
        kubectl.run("annotate", "deployment", "-n", "backend", "worker-app", "seen=yes")
        second = following()
        assert first["metadata"] != second["metadata"]
        watching.terminate()


def test_drain_evicts_within_budgets(kubectl: Kubectl) -> None:
    node = "worker-node-2"
    told = kubectl.run("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=60s")
    assert f"node/{node} drained" in told
    left = kubectl.get("pods", "-A", f"--field-selector=spec.nodeName={node}")["items"]
    assert {
        item["metadata"]["ownerReferences"][0]["kind"] for item in left if item["status"]["phase"] == "Running"
    } <= {"DaemonSet"}
    assert "SchedulingDisabled" in kubectl.run("get", "node", node)
    kubectl.run("uncordon", node)


def test_a_reader_is_refused(kubectl: Kubectl) -> None:
    assert kubectl.run("--context", "reader", "get", "pods", "-n", "data")
    refused = kubectl.run("--context", "reader", "delete", "-n", "data", "deployment", "database-app", fails=True)
    assert 'User "simulator:reader" cannot delete resource "deployments" in API group "apps"' in refused
    assert "the simulator does not support impersonation" in kubectl.run("get", "pods", "--as", "x", fails=True)
    assert "the simulator does not support the subresource exec" in kubectl.run(
        "exec", "-n", "frontend", "deploy/web-app", "--", "ls", fails=True
    )
