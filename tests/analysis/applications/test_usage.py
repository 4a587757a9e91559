"""Percentages are of the limits, else of the requests; what cannot be told has a reason."""

from __future__ import annotations

from typing import Any

from hexaops.analysis.applications.status import application_of
from hexaops.analysis.applications.usage import Share, share_of_capacity, shares_of_application, shares_of_pods
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.backends.metrics.samples import Measured, Samples
from tests.analysis.applications.rows import AT, MEBI, pod, workload

ROW = workload("a", "web", desired=2)


def told(pods: list[PodRow], *, measured: int | None = None) -> Share:
    samples = {(one.namespace, one.name): Measured(0.25, 40 * MEBI, AT) for one in pods[:measured]}
    return shares_of_pods(pods, samples)["cpu"]


def pods(count: int = 2, **more: Any) -> list[PodRow]:
    return [pod(ROW, number, **more) for number in range(count)]


def test_of_the_limits() -> None:
    assert told(pods()) == Share(25.0, "limits", 0.5, AT)


def test_of_the_requests_when_one_pod_has_no_limit() -> None:
    assert told([pod(ROW, 0), pod(ROW, 1, cpu_limit=None)]) == Share(250.0, "requests", 0.5, AT)


def test_unmeasured_pods_are_on_neither_side() -> None:
    assert told(pods(), measured=1) == Share(25.0, "limits", 0.25, AT)


def test_without_limits_and_requests_there_is_a_reason() -> None:
    found = told(pods(cpu_limit=None, cpu_request=None))
    assert (found.percent, found.used) == (None, 0.5)
    assert found.reason == "its pods set neither limits nor requests of cpu"


def test_without_measurements_there_is_a_reason() -> None:
    assert told(pods(), measured=0).reason == "none of its pods has been measured yet"
    assert told([]).reason == "it has no pods"


def test_of_a_nodes_capacity() -> None:
    measured = Measured(1.0, 2 * MEBI, AT)
    assert share_of_capacity("cpu", measured, 4.0) == Share(25.0, "allocatable", 1.0, AT)
    assert share_of_capacity("memory", measured, None).reason == "the node does not say how much memory it has"


def test_an_applications_shares_follow_its_pods() -> None:
    """They are kept with the measurements, but not beyond a change of the pods."""
    own = pods()
    samples = Samples(
        "test", "test", by_object={(one.namespace, one.name): Measured(0.25, 40 * MEBI, AT) for one in own}
    )
    before, after = (application_of(ROW, some, application_id="app-1", now=AT) for some in (own, own[:1]))
    assert shares_of_application(before, samples)["cpu"].used == 0.5
    assert shares_of_application(before, samples) is shares_of_application(before, samples)
    assert shares_of_application(after, samples)["cpu"].used == 0.25
    away = Samples("test", "test", reason="away")
    assert shares_of_application(after, away)["memory"].reason == "away"
