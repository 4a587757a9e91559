"""Effects of claiming namespaces: whether they exist, and which applications move."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from hexaops.backends.kubernetes.clusters import Clusters, ClusterUnavailableError
from hexaops.errors import UpstreamUnavailableError, ValidationFailedError

SHOWN = 100
"""Applications that are named; `total` counts them all."""


class NamespacesUnreadError(UpstreamUnavailableError):
    """The cluster has not been read yet, so its namespaces are unknown."""

    def __init__(self, cluster_id: str) -> None:
        details = {"source": "kubernetes_api", "cluster": cluster_id, "expect_missing": "true skips the check"}
        super().__init__("The cluster's namespaces have not been read yet", details=details)


class ClaimedApplication(Struct, frozen=True):
    """An application in a claimed namespace."""

    project: str
    name: str
    kind: str


class Taken(Struct, frozen=True):
    """Applications that were in the cluster's default workspace."""

    workspace_id: str | None
    """The default workspace; None where the cluster has none: nobody could see them."""
    applications: list[ClaimedApplication] | None
    """The first of them by project and name; None when the cluster cannot be read, and `reason` says why."""
    total: int | None
    reason: str | None = None


class Claims:
    """Looks at the clusters; changes nothing."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters

    def check_exist(self, cluster_id: str, namespaces: Collection[str]) -> None:
        """Raise ValidationFailedError naming those that do not exist, or that it cannot be told."""
        cache = self._clusters.get(cluster_id).cache
        if not cache.status("Namespace")["Namespace"].synced:
            raise NamespacesUnreadError(cluster_id)
        existing = {row.name for row in cache.namespaces()}
        if missing := sorted(set(namespaces) - existing):
            reason = f"{', '.join(missing)}: no such namespace in the cluster; expect_missing claims them all the same"
            raise ValidationFailedError("The request is not valid", details={"namespaces": reason})

    def taken(self, cluster_id: str, namespaces: Collection[str], *, default_id: str | None) -> Taken:
        """The applications in namespaces that the default workspace held."""
        try:
            cache = self._clusters.get(cluster_id).cache
        except ClusterUnavailableError as error:
            return Taken(default_id, None, None, error.message)
        if not all(status.synced for status in cache.status("Deployment", "StatefulSet", "DaemonSet").values()):
            return Taken(default_id, None, None, "the cluster has not been read yet")
        found = sorted((row.namespace, row.name, row.kind) for name in set(namespaces) for row in cache.workloads(name))
        return Taken(default_id, [ClaimedApplication(*one) for one in found[:SHOWN]], len(found))
