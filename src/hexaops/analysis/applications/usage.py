"""CPU and memory of pods in percent of what they may use: of the limits, else of the requests.

An application's figure is the sum over its measured pods divided by the sum of their limits (of their requests when
any of them has no limit). Pods without a measurement, such as pending ones, are on neither side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.backends.metrics.samples import Measured, Samples

Resource = Literal["cpu", "memory"]
Bounds = Sequence[float | None]


class Share(Struct, frozen=True):
    """One resource's use. `percent` is None when `reason` says why it cannot be told."""

    percent: float | None
    basis: Literal["limits", "requests", "allocatable"] | None
    used: float | None
    """Cores or bytes."""
    measured_at: float | None
    reason: str | None = None


def shares_of_application(application: Application, samples: Samples) -> Mapping[Resource, Share]:
    """The same of an application's pods, computed once for the same pods and the same measurements."""
    if samples.reason is not None:
        nothing = unmeasured(samples.reason)
        return {"cpu": nothing, "memory": nothing}
    pods = application.pods
    return samples.derive("shares", application.id, pods, lambda: shares_of_pods(pods, samples.by_object))


def shares_of_pods(pods: Sequence[PodRow], measured: Mapping[tuple[str, str], Measured]) -> Mapping[Resource, Share]:
    """How much of its limits (else requests) a set of pods uses.

    One walk over the pods for both resources: a status answer asks this of hundreds of applications.
    """
    found = [(pod, sample) for pod in pods if (sample := measured.get((pod.namespace, pod.name)))]
    if not found:
        nothing = unmeasured("none of its pods has been measured yet" if pods else "it has no pods")
        return {"cpu": nothing, "memory": nothing}
    at = min([sample.measured_at for _, sample in found])
    cpu = sum([sample.cpu_cores for _, sample in found])
    memory = sum([sample.memory_bytes for _, sample in found])
    return {
        "cpu": _share(
            "cpu", cpu, at, limits=[p.cpu_limit for p, _ in found], requests=[p.cpu_request for p, _ in found]
        ),
        "memory": _share(
            "memory",
            memory,
            at,
            limits=[p.memory_limit for p, _ in found],
            requests=[p.memory_request for p, _ in found],
        ),
    }


def _share(resource: Resource, used: float, at: float, *, limits: Bounds, requests: Bounds) -> Share:
    if all(limits):
        return Share(round(100 * used / sum(filter(None, limits)), 1), "limits", used, at)
    if all(requests):
        return Share(round(100 * used / sum(filter(None, requests)), 1), "requests", used, at)
    return Share(None, None, used, at, f"its pods set neither limits nor requests of {resource}")


def share_of_capacity(resource: Resource, measured: Measured, allocatable: float | None) -> Share:
    """How much of what a node can give is used."""
    used = measured.cpu_cores if resource == "cpu" else measured.memory_bytes
    if not allocatable:
        return Share(None, None, used, measured.measured_at, f"the node does not say how much {resource} it has")
    return Share(round(100 * used / allocatable, 1), "allocatable", used, measured.measured_at)


def unmeasured(reason: str) -> Share:
    """Nothing is known, and why."""
    return Share(None, None, None, None, reason)
