"""What kinds of objects the simulated cluster has: one table, read by discovery, routing and the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of object. `key` is how the store names it: the plural, with `.group` unless it is core."""

    plural: str
    kind: str
    group: str
    version: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ("status",)
    has_generation: bool = False
    verbs: tuple[str, ...] = ALL_VERBS
    stored_as: str = ""

    @property
    def key(self) -> str:
        """The store's name of the resource."""
        return self.stored_as or self.qualified

    @property
    def qualified(self) -> str:
        """`plural.group`, or the plural alone for core."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """`group/version`, or the version alone for core."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        """The name in the singular."""
        return self.kind.lower()


_ALL = ("all",)
_SCALED = ("scale", "status")

RESOURCES: tuple[Resource, ...] = (
    Resource("configmaps", "ConfigMap", "", "v1", short_names=("cm",), subresources=()),
    Resource("endpoints", "Endpoints", "", "v1", short_names=("ep",), subresources=()),
    Resource("events", "Event", "", "v1", short_names=("ev",), subresources=()),
    Resource("limitranges", "LimitRange", "", "v1", short_names=("limits",), subresources=()),
    Resource(
        "namespaces",
        "Namespace",
        "",
        "v1",
        namespaced=False,
        short_names=("ns",),
        verbs=tuple(verb for verb in ALL_VERBS if verb != "deletecollection"),
    ),
    Resource("nodes", "Node", "", "v1", namespaced=False, short_names=("no",)),
    Resource("persistentvolumeclaims", "PersistentVolumeClaim", "", "v1", short_names=("pvc",)),
    Resource("persistentvolumes", "PersistentVolume", "", "v1", namespaced=False, short_names=("pv",)),
    Resource(
        "pods",
        "Pod",
        "",
        "v1",
        short_names=("po",),
        categories=_ALL,
        has_generation=True,
        subresources=("eviction", "log", "status"),
    ),
    Resource("resourcequotas", "ResourceQuota", "", "v1", short_names=("quota",)),
    Resource("secrets", "Secret", "", "v1", subresources=()),
    Resource("serviceaccounts", "ServiceAccount", "", "v1", short_names=("sa",), subresources=()),
    Resource("services", "Service", "", "v1", short_names=("svc",), categories=_ALL),
    Resource("controllerrevisions", "ControllerRevision", "apps", "v1", subresources=()),
    Resource(
        "daemonsets",
        "DaemonSet",
        "apps",
        "v1",
        short_names=("ds",),
        categories=_ALL,
        has_generation=True,
    ),
    Resource(
        "deployments",
        "Deployment",
        "apps",
        "v1",
        short_names=("deploy",),
        categories=_ALL,
        has_generation=True,
        subresources=_SCALED,
    ),
    Resource(
        "replicasets",
        "ReplicaSet",
        "apps",
        "v1",
        short_names=("rs",),
        categories=_ALL,
        has_generation=True,
        subresources=_SCALED,
    ),
    Resource(
        "statefulsets",
        "StatefulSet",
        "apps",
        "v1",
        short_names=("sts",),
        categories=_ALL,
        has_generation=True,
        subresources=_SCALED,
    ),
    Resource(
        "horizontalpodautoscalers",
        "HorizontalPodAutoscaler",
        "autoscaling",
        "v2",
        short_names=("hpa",),
        categories=_ALL,
    ),
    Resource(
        "cronjobs",
        "CronJob",
        "batch",
        "v1",
        short_names=("cj",),
        categories=_ALL,
        has_generation=True,
    ),
    Resource("jobs", "Job", "batch", "v1", categories=_ALL, has_generation=True),
    Resource("leases", "Lease", "coordination.k8s.io", "v1", subresources=()),
    Resource(
        "endpointslices",
        "EndpointSlice",
        "discovery.k8s.io",
        "v1",
        has_generation=True,
        subresources=(),
    ),
    Resource(
        "events",
        "Event",
        "events.k8s.io",
        "v1",
        short_names=("ev",),
        subresources=(),
        stored_as="events",
    ),
    Resource(
        "ingresses",
        "Ingress",
        "networking.k8s.io",
        "v1",
        short_names=("ing",),
        has_generation=True,
    ),
    Resource(
        "networkpolicies",
        "NetworkPolicy",
        "networking.k8s.io",
        "v1",
        short_names=("netpol",),
        has_generation=True,
        subresources=(),
    ),
    Resource(
        "poddisruptionbudgets",
        "PodDisruptionBudget",
        "policy",
        "v1",
        short_names=("pdb",),
        has_generation=True,
    ),
    Resource(
        "storageclasses",
        "StorageClass",
        "storage.k8s.io",
        "v1",
        namespaced=False,
        short_names=("sc",),
        subresources=(),
    ),
)

SNAPSHOTS, VELERO, TRIVY = "snapshot.storage.k8s.io", "velero.io", "aquasecurity.github.io"
EXTENSIONS: tuple[Resource, ...] = (
    Resource("volumesnapshots", "VolumeSnapshot", SNAPSHOTS, "v1", short_names=("vs",), has_generation=True),
    Resource(
        "volumesnapshotcontents",
        "VolumeSnapshotContent",
        SNAPSHOTS,
        "v1",
        namespaced=False,
        short_names=("vsc",),
        has_generation=True,
    ),
    Resource(
        "volumesnapshotclasses",
        "VolumeSnapshotClass",
        SNAPSHOTS,
        "v1",
        namespaced=False,
        short_names=("vsclass",),
        has_generation=True,
        subresources=(),
    ),
    Resource("backups", "Backup", VELERO, "v1", has_generation=True, subresources=()),
    Resource("restores", "Restore", VELERO, "v1", has_generation=True, subresources=()),
    Resource("vulnerabilityreports", "VulnerabilityReport", TRIVY, "v1alpha1", short_names=("vuln",), subresources=()),
    Resource("configauditreports", "ConfigAuditReport", TRIVY, "v1alpha1", subresources=()),
)
"""What a cluster may have besides: served where its group is installed."""


@cache
def _by_key() -> dict[str, Resource]:
    return {resource.key: resource for resource in reversed((*RESOURCES, *EXTENSIONS))}


@cache
def _by_path() -> dict[tuple[str, str, str], Resource]:
    return {(resource.group, resource.version, resource.plural): resource for resource in (*RESOURCES, *EXTENSIONS)}


def served_resources(installed: Collection[str]) -> tuple[Resource, ...]:
    """Kubernetes' own kinds, and those of the installed groups."""
    return (*RESOURCES, *(resource for resource in EXTENSIONS if resource.group in installed))


def find_resource(key: str) -> Resource | None:
    """The resource that the store names `key`."""
    return _by_key().get(key)


def find_served(group: str, version: str, plural: str) -> Resource | None:
    """The resource that is served under a group, version and plural."""
    return _by_path().get((group, version, plural))
