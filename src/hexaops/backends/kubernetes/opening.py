"""Which cluster is served, and under which identities: kubeconfigs or the in-cluster account → a `Cluster`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.kit.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """A kubeconfig and one of its contexts; no file: the account that Kubernetes mounts into a pod."""

    kubeconfig: Path | None
    context: str | None = None

    def connect(self, clock: Clock) -> ClusterConnection:
        """Read it; raises KubernetesConfigError."""
        if self.kubeconfig is None:
            return ClusterConnection.in_cluster(clock=clock)
        return ClusterConnection.from_kubeconfig(self.kubeconfig.expanduser(), self.context, clock=clock)


def open_cluster(name: str, reader: Identity, writer: Identity | None, *, clock: Clock) -> Cluster:
    """The cluster with one or two identities; says which, and warns of a single one."""
    read = reader.connect(clock)
    logger.info("reading the cluster", extra=read.describe())
    write = None
    if writer is not None:
        connection = writer.connect(clock)
        logger.info("changing the cluster under an identity of its own", extra=connection.describe())
        write = KubernetesClient(KubernetesHttp(connection, clock=clock))
    else:
        logger.warning("one identity reads and changes the cluster: give --writer-kubeconfig or --writer-context")
    return Cluster(
        named=ClusterName(name, name),
        reader=KubernetesClient(KubernetesHttp(read, clock=clock)),
        writer=write,
        clock=clock,
    )
