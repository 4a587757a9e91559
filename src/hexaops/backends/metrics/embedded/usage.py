"""CPU and memory from `metrics.k8s.io`: one call for all pods, one for all nodes."""

from __future__ import annotations

from collections.abc import Mapping

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.cluster_usage import ClusterUsage
from hexaops.backends.metrics.embedded.findings import Findings
from hexaops.backends.metrics.embedded.members import Member
from hexaops.kit.clock import Clock

USAGE = (Signal.CPU, Signal.CPU_BUSIEST_POD, Signal.MEMORY, Signal.MEMORY_BUSIEST_POD)
STALE_SECONDS = 120.0
"""An older measurement is of another time: the metrics server has lost that pod or node."""


class UsageSampler:
    """Reads the metrics API."""

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster_id = cluster.id
        self._clock = clock
        self._usage = ClusterUsage(cluster.reader, clock, max_age_seconds=0.0)

    async def sample(self, members: Mapping[tuple[str, str], Member], findings: Findings) -> bool:
        """Usage of applications and nodes; whether the metrics API answered."""
        samples = await self._usage.pods()
        if samples.reason is not None:
            findings.explain(samples.reason, *USAGE)
            return False
        oldest = self._clock.now().timestamp() - STALE_SECONDS
        for place, measured in samples.by_object.items():
            member = members.get(place)
            if member is not None and measured.measured_at >= oldest:
                use(findings, member.subject, measured.cpu_cores, measured.memory_bytes)
        for (_, name), measured in (await self._usage.nodes()).by_object.items():
            if measured.measured_at >= oldest:
                node = Subject(self._cluster_id, "Node", "", name)
                findings.set(node, Signal.CPU, measured.cpu_cores)
                findings.set(node, Signal.MEMORY, measured.memory_bytes)
        return True


def use(findings: Findings, subject: Subject, cpu_cores: float, memory_bytes: float) -> None:
    """One pod's usage joins its application's."""
    findings.add(subject, Signal.CPU, cpu_cores)
    findings.raise_to(subject, Signal.CPU_BUSIEST_POD, cpu_cores)
    findings.add(subject, Signal.MEMORY, memory_bytes)
    findings.raise_to(subject, Signal.MEMORY_BUSIEST_POD, memory_bytes)
