"""The kinds that the service watches or addresses, and where the API server keeps them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

WatchedKind = Literal[
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Service",
    "EndpointSlice",
    "Ingress",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "PersistentVolumeClaim",
    "Node",
    "Namespace",
    "ResourceQuota",
    "Job",
    "CronJob",
    "Event",
]


class Kind(Struct, frozen=True):
    """A kind and its REST path."""

    name: str
    group: str
    version: str
    plural: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """As an object's `apiVersion` says it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str | None = None, subresource: str = "") -> str:
        """The URL path of the collection (every namespace when none is given) or of one object."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        parts = [root, scope, f"/{self.plural}"]
        if name:
            parts.append(f"/{name}")
        if subresource:
            parts.append(f"/{subresource}")
        return "".join(parts)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("Pod", "", "v1", "pods"),
        Kind("Deployment", "apps", "v1", "deployments"),
        Kind("StatefulSet", "apps", "v1", "statefulsets"),
        Kind("DaemonSet", "apps", "v1", "daemonsets"),
        Kind("ReplicaSet", "apps", "v1", "replicasets"),
        Kind("Service", "", "v1", "services"),
        Kind("EndpointSlice", "discovery.k8s.io", "v1", "endpointslices"),
        Kind("Ingress", "networking.k8s.io", "v1", "ingresses"),
        Kind("HorizontalPodAutoscaler", "autoscaling", "v2", "horizontalpodautoscalers"),
        Kind("PodDisruptionBudget", "policy", "v1", "poddisruptionbudgets"),
        Kind("PersistentVolumeClaim", "", "v1", "persistentvolumeclaims"),
        Kind("Node", "", "v1", "nodes", namespaced=False),
        Kind("Namespace", "", "v1", "namespaces", namespaced=False),
        Kind("ResourceQuota", "", "v1", "resourcequotas"),
        Kind("Job", "batch", "v1", "jobs"),
        Kind("CronJob", "batch", "v1", "cronjobs"),
        Kind("Event", "", "v1", "events"),
        Kind("ConfigMap", "", "v1", "configmaps"),
        Kind("Secret", "", "v1", "secrets"),
        Kind("NetworkPolicy", "networking.k8s.io", "v1", "networkpolicies"),
        Kind("ControllerRevision", "apps", "v1", "controllerrevisions"),
        Kind("VolumeSnapshot", "snapshot.storage.k8s.io", "v1", "volumesnapshots"),
        Kind("Backup", "velero.io", "v1", "backups"),
        Kind("Restore", "velero.io", "v1", "restores"),
    )
}
"""By the kind's name."""

WATCHED_KINDS: tuple[WatchedKind, ...] = WatchedKind.__args__  # type: ignore[attr-defined]
"""What a cluster's cache holds by default."""
PROMPT_KINDS: frozenset[WatchedKind] = frozenset(
    {
        "Pod",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "Node",
    }
)
"""What a status or a safety rule is derived from: a watch of these that has died is noticed within seconds."""
