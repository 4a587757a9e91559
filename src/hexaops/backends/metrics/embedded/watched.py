"""What the watch knows without asking anybody: replicas and restarts."""

from __future__ import annotations

from collections.abc import Mapping

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.embedded.findings import Findings
from hexaops.backends.metrics.embedded.members import Member


class WatchedSampler:
    """Counts, from the watch cache."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._restarts: dict[str, int] | None = None

    def sample(self, members: Mapping[tuple[str, str], Member], findings: Findings) -> None:
        """Ready and wanted replicas, and restarts since the last round."""
        for row in self._cluster.cache.workloads():
            subject = Subject(self._cluster.id, row.kind, row.namespace, row.name)
            findings.set(subject, Signal.REPLICAS, float(row.ready))
            findings.set(subject, Signal.REPLICAS_WANTED, float(row.desired))
        before = self._restarts
        self._restarts = {member.pod.uid: member.pod.restarts for member in members.values()}
        if before is None:
            return  # how many there were before the first round is not known
        for pod, subject in members.values():
            # A pod that was not there in the last round made all of its restarts since.
            findings.add(subject, Signal.RESTARTS, float(max(0, pod.restarts - before.get(pod.uid, 0))))
