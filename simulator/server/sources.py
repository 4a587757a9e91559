"""What the simulated world provides to the API server besides the store: container logs and usage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Object = dict[str, Any]
Line = tuple[datetime, str]


class PodLogs(Protocol):
    """Lines that containers wrote, with their times."""

    def lines(
        self,
        namespace: str,
        pod: str,
        container: str,
        since: datetime | None = None,
        tail: int | None = None,
        previous: bool = False,
    ) -> list[Line]:
        """The kept lines, oldest first: those since a time, and of these the last `tail`."""

    def follow(
        self, namespace: str, pod: str, container: str, since: datetime | None = None, tail: int | None = None
    ) -> AsyncIterator[Line]:
        """The kept lines, then later ones as they come, until the container ends."""


class Usage(Protocol):
    """What pods and nodes use now."""

    def pod(self, pod: Object) -> tuple[float, float] | None:
        """Cores and bytes that a pod uses, or None when that is not known."""

    def node(self, name: str) -> tuple[float, float] | None:
        """Cores and bytes that a node uses, or None when that is not known."""


LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds: the default ones of Prometheus' client libraries."""


@dataclass(slots=True)
class PodMeter:
    """What a pod's counters say, since its container was started."""

    started: float
    """Seconds since 1970."""
    at: float
    """Up to when it is counted."""
    cpu_seconds: float = 0.0
    memory_bytes: float = 0.0
    """Now, not a counter."""
    periods: float = 0.0
    """Of the scheduler, under a CPU limit."""
    throttled_periods: float = 0.0
    received_bytes: float = 0.0
    sent_bytes: float = 0.0
    written_bytes: float = 0.0
    """In the container's own file system, now."""
    volume_ratio: float = 0.0
    """How full its volumes are, now."""
    serves_http: bool = False
    requests: float = 0.0
    errors: float = 0.0
    """Among the requests."""
    latency_seconds: float = 0.0
    """Sum over the requests."""
    latency_counts: list[float] = field(default_factory=lambda: [0.0] * len(LATENCY_BUCKETS))
    """Requests within each of `LATENCY_BUCKETS`."""


class Meters(Protocol):
    """Counters of pods, as kubelets and the programs themselves keep them."""

    def read(self, pod: Object) -> PodMeter | None:
        """A pod's counters now; None for one whose container does not run."""

    def on_node(self, name: str) -> list[Object]:
        """The pods that a node's kubelet runs."""
