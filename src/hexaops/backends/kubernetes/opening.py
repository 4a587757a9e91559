"""Which clusters are served, and under which identities: kubeconfigs or the in-cluster account → a `Cluster`."""

from __future__ import annotations

import logging
from pathlib import Path

from msgspec import Struct

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import UnusableCluster
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.errors import KubernetesConfigError
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.config import ClusterSource
from hexaops.kit.clock import Clock

logger = logging.getLogger(__name__)


class Identity(Struct, frozen=True):
    """A kubeconfig and one of its contexts; no file: the account that Kubernetes mounts into a pod."""

    kubeconfig: Path | None
    context: str | None = None

    def connect(self, clock: Clock) -> ClusterConnection:
        """Read it; raises KubernetesConfigError."""
        if self.kubeconfig is None:
            return ClusterConnection.in_cluster(clock=clock)
        return ClusterConnection.from_kubeconfig(self.kubeconfig.expanduser(), self.context, clock=clock)


def open_cluster(name: str, reader: Identity, writer: Identity | None, *, clock: Clock) -> Cluster:
    """The cluster with one or two identities; raises KubernetesConfigError."""
    return cluster_of(ClusterName(name, name), reader.connect(clock), writer.connect(clock) if writer else None)


def open_source(source: ClusterSource, clock: Clock) -> Cluster | UnusableCluster:
    """A cluster of the configuration file; one that cannot be opened is registered with the reason."""
    named = ClusterName(source.id, source.name or source.id)
    separate = source.writer_kubeconfig or source.writer_context
    try:
        read = Identity(source.kubeconfig, source.context).connect(clock)
        write = None
        if separate:
            write = Identity(source.writer_kubeconfig or source.kubeconfig, source.writer_context).connect(clock)
        opened = cluster_of(named, read, write)
        opened.metrics_source, opened.log_source = source.metrics_source, source.log_source
        return opened
    except KubernetesConfigError as error:
        return UnusableCluster(named, error.message)


def cluster_of(named: ClusterName, read: ClusterConnection, write: ClusterConnection | None) -> Cluster:
    """The cluster behind one or two connections; logs which identities are used, and warns of a single one."""
    clock = read.clock
    logger.info("reading a cluster", extra={"cluster": named.id, **read.describe()})
    if write is None:
        logger.warning("one identity reads and changes the cluster", extra={"cluster": named.id})
    else:
        extra = {"cluster": named.id, **write.describe()}
        logger.info("changing a cluster under an identity of its own", extra=extra)
    return Cluster(
        named=named,
        reader=KubernetesClient(KubernetesHttp(read, clock=clock)),
        writer=KubernetesClient(KubernetesHttp(write, clock=clock)) if write else None,
        clock=clock,
        connection=read.describe(),
    )
