"""CPU and memory of pods in percent of what they may use: of the limits, else of the requests.

An application's figure is the sum over its measured pods divided by the sum of their limits (of their requests when
any of them has no limit). Pods without a measurement, such as pending ones, are on neither side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hexaops.backends.kubernetes.rows import PodRow
from hexaops.backends.metrics.samples import Measured

Resource = Literal["cpu", "memory"]


@dataclass(frozen=True, slots=True)
class Share:
    """One resource's use. `percent` is None when `reason` says why it cannot be told."""

    percent: float | None
    basis: Literal["limits", "requests", "allocatable"] | None
    used: float | None
    """Cores or bytes."""
    measured_at: float | None
    reason: str | None = None


def share_of(resource: Resource, pods: Sequence[PodRow], measured: Mapping[tuple[str, str], Measured]) -> Share:
    """How much of its limits (else requests) a set of pods uses."""
    samples = [(pod, sample) for pod in pods if (sample := measured.get((pod.namespace, pod.name)))]
    if not samples:
        reason = "none of its pods has been measured yet" if pods else "it has no pods"
        return Share(None, None, None, None, reason)
    used = sum(_used(resource, sample) for _, sample in samples)
    at = min(sample.measured_at for _, sample in samples)
    limits = [_bound(resource, pod, "limit") for pod, _ in samples]
    requests = [_bound(resource, pod, "request") for pod, _ in samples]
    for basis, bounds in (("limits", limits), ("requests", requests)):
        known = [bound for bound in bounds if bound]
        if len(known) == len(bounds):
            return Share(round(100 * used / sum(known), 1), "limits" if basis == "limits" else "requests", used, at)
    return Share(None, None, used, at, f"its pods set neither limits nor requests of {resource}")


def share_of_capacity(resource: Resource, measured: Measured, allocatable: float | None) -> Share:
    """How much of what a node can give is used."""
    used = _used(resource, measured)
    if not allocatable:
        return Share(None, None, used, measured.measured_at, f"the node does not say how much {resource} it has")
    return Share(round(100 * used / allocatable, 1), "allocatable", used, measured.measured_at)


def unmeasured(reason: str) -> Share:
    """Nothing is known, and why."""
    return Share(None, None, None, None, reason)


def _used(resource: Resource, sample: Measured) -> float:
    return sample.cpu_cores if resource == "cpu" else sample.memory_bytes


def _bound(resource: Resource, pod: PodRow, which: Literal["limit", "request"]) -> float | None:
    if resource == "cpu":
        return pod.cpu_limit if which == "limit" else pod.cpu_request
    return pod.memory_limit if which == "limit" else pod.memory_request
