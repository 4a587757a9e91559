"""Registers, removes and lists clusters. Each change is audited in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from sqlalchemy.exc import IntegrityError

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import KubernetesConfigError
from hexaops.backends.kubernetes.kubeconfigs import self_contained
from hexaops.config import LogSource, MetricsSource
from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.audit.log import AuditLog
from hexaops.features.clusters.errors import ClusterExistsError, ClusterInUseError, ClusterNotFoundError
from hexaops.features.clusters.probing import Probe, probe
from hexaops.features.clusters.registrar import ClusterRegistrar, Source
from hexaops.features.clusters.schemas import ClusterRequest
from hexaops.features.clusters.sealing import KubeconfigSeal, open_text
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.tables import ClusterRow


class ClusterState(Struct, frozen=True):
    """A registered cluster as this process sees it now."""

    id: str
    name: str
    source: Source
    is_default: bool
    connection: dict[str, str]
    """Context, server and kind of credentials; empty for one that cannot be opened."""
    separate_writer: bool
    is_read: bool
    problem: str | None
    metrics_url: str | None = None
    """Its Prometheus; None: its metrics are sampled."""
    log_source: LogSource | None = None
    """None: its logs are collected and stored here."""


class ClusterService(Struct, frozen=True):
    """One for the process."""

    database: Database
    clusters: Clusters
    registrar: ClusterRegistrar
    directory: WorkspaceDirectory
    seal: KubeconfigSeal
    audit: AuditLog
    clock: Clock

    def list(self) -> Sequence[ClusterState]:
        """Every registered cluster, by id."""
        found = [self._state(cluster.id) for cluster in self.clusters]
        found += [self._unusable(cluster_id) for cluster_id in self.clusters.unusable]
        return sorted(found, key=lambda state: state.id)

    async def add(self, caller: Caller, body: ClusterRequest) -> ClusterState:
        """Register a cluster; this process serves it when this returns. Raises ClusterExistsError."""
        if self.clusters.is_registered(body.id):
            raise ClusterExistsError("A cluster has this id already", details={"id": body.id})
        row = ClusterRow(
            id=body.id,
            name=body.name or body.id,
            sealed_reader=self._sealed(body.id, "kubeconfig", body.kubeconfig, body.context),
            sealed_writer=self._sealed_writer(body),
            sealed_metrics_source=self._sealed_source(body.id, "metrics", body.metrics_source),
            sealed_log_source=self._sealed_source(body.id, "logs", body.log_source),
            revision=new_id("rev_"),
            created_by=caller.principal.id,
            created_at=self.clock.now(),
        )
        event = caller.event("cluster.registered", resource=body.id, details={"name": row.name})
        try:
            async with self.database.transaction() as session:
                session.add(row)
                await session.flush()
                await self.audit.append(event, session)
        except IntegrityError as error:
            raise ClusterExistsError("A cluster has this id already", details={"id": body.id}) from error
        await self.registrar.refresh()
        return self.get(body.id)

    def get(self, cluster_id: str) -> ClusterState:
        """One cluster; raises ClusterNotFoundError."""
        if self.clusters.find(cluster_id):
            return self._state(cluster_id)
        if cluster_id in self.clusters.unusable:
            return self._unusable(cluster_id)
        raise ClusterNotFoundError

    async def delete(self, caller: Caller, cluster_id: str) -> None:
        """Remove a cluster that was registered over the API and that no workspace names; raises ClusterInUseError."""
        self.get(cluster_id)
        async with self.database.transaction() as session:
            row = await session.get(ClusterRow, cluster_id, with_for_update=True)
            if row is None:
                message = "The cluster is named by the settings or the configuration file: remove it there"
                raise ClusterInUseError(message, details={"source": self.registrar.source_of(cluster_id)})
            if held := await self.directory.ids_on(cluster_id, session):
                message = "Workspaces still use this cluster; remove them first"
                raise ClusterInUseError(message, details={"workspaces": held})
            await session.delete(row)
            await self.audit.append(caller.event("cluster.removed", resource=cluster_id), session)
        await self.registrar.refresh()

    async def test(self, cluster_id: str) -> Probe:
        """Ask the cluster now, under each of its identities; raises ClusterNotFoundError."""
        if (problem := self.get(cluster_id).problem) and cluster_id in self.clusters.unusable:
            return Probe(reachable=False, reason=problem)
        return await probe(self.clusters.get(cluster_id), self.clock)

    def _state(self, cluster_id: str) -> ClusterState:
        cluster = self.clusters.get(cluster_id)
        errors = [status.error for status in cluster.cache.status().values() if status.error and status.available]
        return ClusterState(
            id=cluster.id,
            name=cluster.name,
            source=self.registrar.source_of(cluster.id),
            is_default=cluster.id == self.clusters.default_id,
            connection=dict(cluster.connection),
            metrics_url=cluster.metrics_source.url if cluster.metrics_source else None,
            log_source=cluster.log_source,
            separate_writer=not cluster.one_identity,
            is_read=cluster.cache.is_synced(),
            problem=errors[0] if errors else None,
        )

    def _unusable(self, cluster_id: str) -> ClusterState:
        found = self.clusters.unusable[cluster_id]
        source, default = self.registrar.source_of(cluster_id), cluster_id == self.clusters.default_id
        return ClusterState(cluster_id, found.named.name, source, default, {}, False, False, found.reason)

    def _sealed_source(self, cluster_id: str, of: str, source: MetricsSource | LogSource | None) -> str | None:
        return None if source is None else self.seal.close(open_text(source), owner=f"{cluster_id}/{of}")

    def _sealed_writer(self, body: ClusterRequest) -> str | None:
        if body.writer_kubeconfig is not None:
            return self._sealed(body.id, "writer_kubeconfig", body.writer_kubeconfig, body.writer_context)
        if body.writer_context is not None:
            return self._sealed(body.id, "writer_context", body.kubeconfig, body.writer_context)
        return None

    def _sealed(self, cluster_id: str, field: str, text: str, context: str | None) -> str:
        try:
            content = self_contained(text, context)
        except KubernetesConfigError as error:
            raise ValidationFailedError("The request is not valid", details={field: error.message}) from None
        role = "reader" if field == "kubeconfig" else "writer"
        return self.seal.close(msgspec.json.encode(content).decode(), owner=f"{cluster_id}/{role}")
