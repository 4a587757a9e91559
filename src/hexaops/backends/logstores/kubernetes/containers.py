"""Containers whose logs can be read, from the watch cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.rows import PodRow

STARTED = frozenset({"Running", "Succeeded", "Failed"})
ENDED = frozenset({"Succeeded", "Failed"})


class Source(Struct, frozen=True):
    """One container's log."""

    cluster: Cluster
    workspace_id: str
    component: str
    pod: PodRow
    container: str

    @property
    def key(self) -> str:
        """The same for as long as the pod exists."""
        return f"{self.cluster.id}/{self.pod.uid}/{self.container}"

    @property
    def urgent(self) -> bool:
        """Whether it has priority: a failing pod, or one whose log will soon be gone."""
        return not self.pod.ready or self.pod.deleting

    @property
    def ended(self) -> bool:
        """Whether nothing more will be written."""
        return self.pod.phase in ENDED


def containers_of(cluster: Cluster, workspace_of: Callable[[str], str | None]) -> Iterator[Source]:
    """Every started container in a namespace of some workspace."""
    owners: dict[str, str | None] = {}
    for pod in cluster.cache.pods():
        if pod.phase not in STARTED:
            continue
        if pod.namespace not in owners:
            owners[pod.namespace] = workspace_of(pod.namespace)
        workspace_id = owners[pod.namespace]
        if workspace_id is None:
            continue
        component = component_of(cluster, pod)
        for container in pod.container_names:
            yield Source(cluster, workspace_id, component, pod, container)


def component_of(cluster: Cluster, pod: PodRow) -> str:
    """The name of the application that the pod belongs to."""
    if pod.owner_kind == "ReplicaSet":
        replica_set = cluster.cache.find("ReplicaSet", pod.namespace, pod.owner_name)
        if replica_set is not None and replica_set.owner_name:
            return replica_set.owner_name
        return pod.owner_name.rpartition("-")[0] or pod.owner_name
    return pod.owner_name or pod.name
