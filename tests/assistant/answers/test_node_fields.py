"""What nodes have free, their versions and taints, told."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from hexaops.analysis.applications.freshness import Freshness
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.node_fields import tell_free, tell_pressure, tell_taints, tell_versions
from hexaops.backends.kubernetes.rows import ConditionRow, NodeRow, TaintRow
from hexaops.backends.metrics.samples import Measured, Samples
from tests.analysis.applications.rows import AT, node

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
GIB = 2.0**30


def facts(**used: float) -> Facts:
    usage = {("", name.replace("_", "-")): Measured(cores, 2 * GIB, AT) for name, cores in used.items()}
    samples = Samples("metrics.k8s.io", "nodes", by_object=usage) if used else None
    return Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset(), node_usage=samples)


def nodes(*names: str) -> list[NodeRow]:
    return [replace(node(name), allocatable={"cpu": 4.0, "memory": 8 * GIB}) for name in names]


def test_what_is_free_is_told_the_most_first() -> None:
    draft = Draft()
    tell_free(nodes("n-1", "n-2"), ("cpu",), facts(n_1=3.0, n_2=1.5), draft)
    assert draft.content.splitlines()[:3] == [
        "n-2 has the most free: 2.5 cores of 4 cores CPU.",
        "- n-2: 2.5 cores of 4 cores CPU free",
        "- n-1: 1 core of 4 cores CPU free",
    ]
    assert all(statement.evidence for statement in draft.statements[:3])


def test_without_measurements_nothing_is_said_to_be_free() -> None:
    draft = Draft()
    tell_free(nodes("n-1"), ("cpu", "memory"), facts(), draft)
    assert draft.content.startswith("I can't tell what nodes have free: ")
    assert not draft.fulfilled


def test_versions_are_told_together_or_by_node() -> None:
    one, other, third = nodes("n-1", "n-2", "n-3")
    draft = Draft()
    tell_versions([replace(one, version="v1.36.1"), replace(other, version="v1.36.1")], facts(), draft)
    assert draft.content == "All 2 nodes run Kubernetes v1.36.1."
    mixed = Draft()
    rows = [replace(one, version="v1.35.0"), *(replace(row, version="v1.36.1") for row in (other, third))]
    tell_versions(rows, facts(), mixed)
    assert mixed.content == "n-2 and n-3 run Kubernetes v1.36.1.\nn-1 runs Kubernetes v1.35.0."


def test_taints_are_told_as_kubectl_writes_them() -> None:
    one, other = nodes("n-1", "n-2")
    draft = Draft()
    taints = (TaintRow("dedicated", "gpu", "NoSchedule"), TaintRow("spot", "", "NoExecute"))
    tell_taints([replace(one, taints=taints), replace(other, taints=())], facts(), draft)
    assert draft.content == "1 of 2 nodes has a taint:\n- n-1: dedicated=gpu:NoSchedule and spot:NoExecute"
    none = Draft()
    tell_taints([replace(other, taints=())], facts(), none)
    assert none.content == "None of 1 node has a taint."


def test_all_that_is_free_is_told_first_where_no_node_is_asked_for() -> None:
    draft = Draft()
    tell_free(nodes("a", "b"), ("cpu",), facts(a=1.0, b=3.0), draft, first="total")
    assert draft.content.startswith("4 cores of 8 cores CPU (50%) is free on 2 nodes.\n- a: 3 cores of ")


def test_the_fullest_node_comes_first_where_it_is_asked_for() -> None:
    draft = Draft()
    tell_free(nodes("a", "b"), ("cpu",), facts(a=1.0, b=3.0), draft, first="least")
    assert draft.content.startswith("b has the least free: 1 core of 4 cores CPU.\n- b: 1 core")


def test_pressure_is_told_as_the_kubelets_report_it() -> None:
    calm, pressed = nodes("a", "b")
    draft = Draft()
    tell_pressure([calm, pressed], facts(), draft)
    assert draft.content == "None of 2 nodes reports pressure on memory, disk or process ids."
    draft, condition = Draft(), ConditionRow("DiskPressure", "True", "KubeletHasDiskPressure")
    tell_pressure([calm, replace(pressed, conditions=(condition,))], facts(), draft)
    assert draft.content == "1 of 2 nodes reports pressure:\n- b: DiskPressure"
