"""Containers whose logs are collected: those of active workspaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.logstores.kubernetes.containers import Source, containers_of
from hexaops.features.access.tenancy import Workspace


def sources_of(cluster: Cluster, workspaces: Sequence[Workspace]) -> Iterator[Source]:
    """Every started container in a namespace of an active workspace on this cluster."""
    here = [one for one in workspaces if one.cluster_id == cluster.id and one.status == "active"]
    return containers_of(cluster, lambda namespace: next((one.id for one in here if one.owns(namespace)), None))
