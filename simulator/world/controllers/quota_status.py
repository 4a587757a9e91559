"""ResourceQuotas' status: what is used of each limit."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.store import Event, Key
from simulator.world.cluster import Cluster, Mapper, itself
from simulator.world.objects import is_finished, with_status
from simulator.world.quotas import measure, write_amount

RESOURCE = "resourcequotas"


class Quotas:
    """The resource quota controller."""

    name = "quota"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Quotas, and what they count."""
        counted = ("pods", "services", "persistentvolumeclaims", "configmaps", "secrets", "deployments.apps")
        return {RESOURCE: itself, **dict.fromkeys(counted, self._came_or_went)}

    def _came_or_went(self, event: Event) -> Iterable[Key]:
        if event.type == "MODIFIED" and event.previous is not None:
            ended = event.key.resource == "pods" and is_finished(event.previous) != is_finished(event.object)
            if not ended and event.key.resource != "persistentvolumeclaims":
                return ()
        return [
            Key(RESOURCE, event.key.namespace, quota["metadata"]["name"])
            for quota in self._cluster.store.list(RESOURCE, event.key.namespace)
        ]

    def reconcile(self, key: Key) -> None:
        """Measure every limit of a quota."""
        quota = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if quota is None:
            return
        hard = quota["spec"].get("hard") or {}
        used = {name: write_amount(name, measure(self._cluster.store, key.namespace, name)) for name in hard}
        self._cluster.write_status(RESOURCE, with_status(quota, hard=hard, used=used))
