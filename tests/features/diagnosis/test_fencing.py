"""What a workspace on a shared cluster is not told."""

from __future__ import annotations

from hexaops.analysis.diagnosis.model import Evidence, Finding, Ref, Severity
from hexaops.features.access.tenancy import Workspace, WorkspacePolicy
from hexaops.features.diagnosis.fencing import fenced
from hexaops.features.diagnosis.listing import Fence, hidden_nodes
from tests.analysis.applications.rows import NOW

POD = {"kind": "Pod", "metadata": {"name": "p", "namespace": "own"}, "spec": {"nodeName": "near"}}
NODES = [{"kind": "Node", "metadata": {"name": name}} for name in ("near", "far", "far-away")]


def _workspace(*namespaces: str) -> Workspace:
    return Workspace(
        "ws", "W", "shared", "c1", "active", frozenset(namespaces) or None, frozenset({"kube-system"}),
        WorkspacePolicy(), "UTC", NOW,
    )  # fmt: skip


def _finding(subject: Ref, cause: str = "cause", **more: object) -> Finding:
    return Finding("rule", subject, "seen", cause, Severity.HIGH, **more)  # type: ignore[arg-type] # by the caller


def test_nodes_that_run_none_of_its_pods_are_not_named() -> None:
    fence = Fence(_workspace("own"))
    hidden = hidden_nodes([POD, *NODES], fence)
    assert hidden == {"far", "far-away"}
    own = Ref("Deployment", "own", "web")
    one = _finding(
        own, "far-away and far are full, near is cordoned",
        evidence=(Evidence("status", Ref("Node", "", "far"), "full"), Evidence("event", own, "far-away is full")),
        affected=(own, Ref("Node", "", "far")),
    )  # fmt: skip
    (shown,) = fenced([one, _finding(Ref("Node", "", "far")), _finding(Ref("Pod", "foreign", "x"))], fence, hidden)
    assert shown.cause == "another node and another node are full, near is cordoned"
    assert [item.text for item in shown.evidence] == ["another node is full"]
    assert shown.affected == (own,)


def test_a_workspace_that_has_the_cluster_sees_system_namespaces_and_every_node() -> None:
    fence = Fence(_workspace())
    assert hidden_nodes([POD, *NODES], fence) == frozenset()
    found = [_finding(Ref("Node", "", "far")), _finding(Ref("Deployment", "kube-system", "coredns"))]
    assert fenced(found, fence, frozenset()) == found


def test_objects_of_others_take_no_part() -> None:
    fence = Fence(_workspace("own"))
    volume = {"kind": "PersistentVolume", "metadata": {"name": "v"}, "spec": {"claimRef": {"namespace": "foreign"}}}
    event = {"kind": "Event", "metadata": {"name": "e", "namespace": "foreign"}, "involvedObject": {"kind": "Pod"}}
    namespace = {"kind": "Namespace", "metadata": {"name": "foreign"}}
    assert [fence.lets_in(one) for one in (volume, event, namespace)] == [False, False, False]
    assert fence.lets_in(POD)
    assert fence.lets_in(NODES[1]), "room on other nodes is counted"
