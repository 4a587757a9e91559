"""The service under less than it needs: it goes on with the rest, and names the right that is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hexaops.analysis.applications.freshness import APPLICATION_SOURCES
from hexaops.backends.kubernetes.kinds import KINDS, WATCHED_KINDS
from testenv.harness.control_plane import NAMESPACE, SHIPPED, ControlPlane, Object
from testenv.harness.service import Identities, Service, serving, until

Without = Callable[[str, str], Path]
WATCHED = {KINDS[kind].plural: kind for kind in WATCHED_KINDS}


@pytest.fixture
def without(plane: ControlPlane, tmp_path: Path) -> Without:
    """Makes an account with a shipped role but for one resource; returns its kubeconfig."""

    def make(role: str, resource: str) -> Path:
        name = f"{role}-without-{resource.replace('/', '-')}"
        shipped = plane.get("clusterrole", role)
        rules = [
            {**rule, "resources": [one for one in rule["resources"] if one != resource]} for rule in shipped["rules"]
        ]
        kept = [rule for rule in rules if rule["resources"]]
        assert kept != shipped["rules"], f"{role} has no {resource}"
        plane.kubectl("apply", "-f", "-", content=json.dumps(_list(name, kept)))
        return plane.account(name, tmp_path / name)

    return make


def _list(name: str, rules: list[Object]) -> Object:
    rbac = "rbac.authorization.k8s.io"
    bound = {"apiGroup": rbac, "kind": "ClusterRole", "name": name}
    subject = {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}
    items = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": NAMESPACE}},
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules},
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name}, "roleRef": bound,
         "subjects": [subject]},
    ]  # fmt: skip
    return {"apiVersion": "v1", "kind": "List", "items": items}


@pytest.mark.parametrize("resource", WATCHED)
def test_a_kind_that_may_not_be_read_is_named(
    without: Without, identities: Identities, tmp_path: Path, resource: str
) -> None:
    reader = without("hexaops-reader", resource)
    with serving(tmp_path / "home", Identities(reader, identities.writer)) as service:
        parts = until(lambda: (found := service.parts())["ready"] and found)
        assert list(parts["unavailable_kinds"]) == [WATCHED[resource]]
        assert f'cannot list resource "{resource}"' in parts["unavailable_kinds"][WATCHED[resource]]
        text = service.say("What's the status of my applications?")["response"]["content"]
        if WATCHED[resource] in APPLICATION_SOURCES:
            assert f"list {resource}" in text or f'list resource "{resource}"' in text, text
        else:
            assert "berth-planner: 3/3" in text


@pytest.mark.parametrize("resource", ["poddisruptionbudgets", "horizontalpodautoscalers"])
def test_no_change_is_planned_when_its_rules_cannot_be_checked(
    without: Without, identities: Identities, tmp_path: Path, resource: str
) -> None:
    reader = without("hexaops-reader", resource)
    with serving(tmp_path / "home", Identities(reader, identities.writer)) as service:
        until(lambda: service.parts()["ready"])
        error = service.ask("restart_application", "berth-planner").json()["error"]
        assert (error["code"], error["details"]["rule"]) == ("GUARDRAIL_REFUSED", 7)
        assert resource in json.dumps(error), error


@pytest.mark.parametrize(
    ("resource", "action", "name", "right"),
    [
        ("deployments", "restart_application", "yard-scanner", "patch on deployments (API group apps)"),
        ("deployments/scale", "scale_application", "yard-scanner", "patch on deployments/scale (API group apps)"),
        ("statefulsets", "restart_application", "signal-cache", "patch on statefulsets (API group apps)"),
        ("statefulsets/scale", "scale_application", "signal-cache", "patch on statefulsets/scale (API group apps)"),
        ("daemonsets", "restart_application", "buoy-telemetry", "patch on daemonsets (API group apps)"),
    ],
)
def test_a_change_that_the_writer_may_not_make_is_not_planned(  # one service a case: the right is asked of the server
    without: Without, identities: Identities, tmp_path: Path, resource: str, action: str, name: str, right: str
) -> None:
    writer = without("hexaops-writer", resource)
    with serving(tmp_path / "home", Identities(identities.reader, writer)) as service:
        until(lambda: service.parts()["ready"])
        parameters = {"replicas": 3} if action == "scale_application" else {}
        error = service.ask(action, name, **parameters).json()["error"]
        assert (error["code"], error["details"]["rule"]) == ("GUARDRAIL_REFUSED", 2), error
        assert right in error["details"]["possible_when"]


def test_without_metrics_the_right_is_named(without: Without, identities: Identities, tmp_path: Path) -> None:
    """The metrics API's pods are the core group's by name: their rule alone is taken away."""
    reader = without("hexaops-reader", "pods")  # leaves no `pods` of any group
    with serving(tmp_path / "home", Identities(reader, identities.writer)) as service:
        until(lambda: service.parts()["ready"])
        assert "metrics.k8s.io" in _reasons(service)


def _reasons(service: Service) -> str:
    return json.dumps(service.call("GET", "/applications").json())


def test_least_privilege(plane: ControlPlane, identities: Identities) -> None:
    """Neither identity reads secrets, runs commands, or changes what no plan changes."""
    never = (
        ("get", "secrets"), ("list", "secrets"), ("create", "pods/exec"), ("delete", "pods"), ("create", "pods"),
        ("list", "configmaps"), ("create", "configmaps"), ("delete", "configmaps"), ("delete", "deployments.apps"),
        ("create", "deployments.apps"), ("patch", "clusterroles.rbac.authorization.k8s.io"), ("impersonate", "users"),
        ("delete", "nodes"), ("patch", "nodes"), ("create", "serviceaccounts/token"), ("get", "nodes/proxy"),
        ("get", "pods/proxy"), ("create", "nodes/proxy"), ("create", "pods/proxy"),
    )  # fmt: skip
    for identity in ("hexaops-reader", "hexaops-writer"):
        who = f"--as=system:serviceaccount:{NAMESPACE}:{identity}"
        for verb, resource in never:
            assert not _can(plane, who, verb, resource), (identity, verb, resource)
    reader, writer = (f"--as=system:serviceaccount:{NAMESPACE}:hexaops-{kind}" for kind in ("reader", "writer"))
    assert not _can(plane, reader, "patch", "deployments.apps")
    assert not _can(plane, reader, "patch", "deployments.apps/scale")
    assert not _can(plane, reader, "patch", "configmaps")
    assert not _can(plane, writer, "list", "pods")


def test_metrics_through_the_proxy_are_granted_apart(plane: ControlPlane, identities: Identities) -> None:
    manifest = str(SHIPPED / "metrics.yaml")
    reader, writer = (f"--as=system:serviceaccount:{NAMESPACE}:hexaops-{kind}" for kind in ("reader", "writer"))
    plane.kubectl("apply", "-f", manifest)
    try:
        for resource in ("nodes/proxy", "pods/proxy"):
            assert _can(plane, reader, "get", resource)
            assert not _can(plane, reader, "create", resource)
            assert not _can(plane, writer, "get", resource)
    finally:
        plane.kubectl("delete", "-f", manifest)


def test_deletions_of_a_cleanup_are_granted_apart(plane: ControlPlane, identities: Identities) -> None:
    manifest = str(SHIPPED / "cleanup.yaml")
    reader, writer = (f"--as=system:serviceaccount:{NAMESPACE}:hexaops-{kind}" for kind in ("reader", "writer"))
    plane.kubectl("apply", "-f", manifest)
    try:
        assert _can(plane, reader, "list", "configmaps")
        for resource in ("configmaps", "jobs.batch", "pods", "persistentvolumeclaims", "replicasets.apps"):
            assert _can(plane, writer, "delete", resource)
            assert not _can(plane, reader, "delete", resource)
        assert not _can(plane, writer, "delete", "deployments.apps")
    finally:
        plane.kubectl("delete", "-f", manifest)


def _can(plane: ControlPlane, who: str, verb: str, resource: str) -> bool:
    name, _, subresource = resource.partition("/")
    extra = [f"--subresource={subresource}"] if subresource else []
    answer = plane.kubectl("auth", "can-i", verb, name, "-n", "harbor", who, *extra, fails=None)
    return answer.strip() == "yes"
