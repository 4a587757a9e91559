"""Keeps this process's registry in sync with the configuration file and the database.

Every process does so for itself, every few seconds, so that a cluster registered at one replica is served by all. A
source that cannot be read changes nothing; a cluster that cannot be opened is registered with the reason.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Row, select

from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import Clusters, UnusableCluster
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.errors import KubernetesConfigError
from hexaops.backends.kubernetes.kubeconfigs import secrets_of
from hexaops.backends.kubernetes.opening import cluster_of, open_source
from hexaops.config import ClusterSource, ConfigFileError, LogSource, MetricsSource, Settings, read_config_file
from hexaops.features.clusters.sealing import KubeconfigSeal
from hexaops.kit.clock import Clock
from hexaops.kit.keys import UnusableKeyError
from hexaops.kit.sealing import SealBrokenError
from hexaops.logs import Redactor
from hexaops.storage.database import Database
from hexaops.storage.tables import ClusterRow

Source = Literal["settings", "file", "api"]
ROWS = select(ClusterRow.__table__).order_by(ClusterRow.id)

logger = logging.getLogger(__name__)


class Wanted(Struct, frozen=True):
    """A cluster as configured in a source."""

    source: Source
    fingerprint: object
    """Changes when the cluster has to be reopened."""
    open: Callable[[], Cluster | UnusableCluster]


class ClusterRegistrar:
    """Registers, replaces and removes clusters to match the sources; the cluster from the settings is left alone."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clusters: Clusters,
        *,
        seal: KubeconfigSeal,
        redactor: Redactor,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clusters = clusters
        self._seal = seal
        self._redactor = redactor
        self._clock = clock
        self._held: dict[str, Wanted] = {}
        self._refreshing = asyncio.Lock()

    def source_of(self, cluster_id: str) -> Source:
        """Where a registered cluster comes from."""
        held = self._held.get(cluster_id)
        return held.source if held else "settings"

    async def refresh(self) -> None:
        """Sync the registry with the sources; propagates database errors."""
        async with self._refreshing:
            wanted = {**await self._of_store(), **await self._of_file()}
            for cluster_id in [*self._held]:
                if cluster_id not in wanted:
                    del self._held[cluster_id]
                    await self._clusters.remove(cluster_id)
            for cluster_id, one in wanted.items():
                await self._hold(cluster_id, one)

    async def _hold(self, cluster_id: str, wanted: Wanted) -> None:
        held = self._held.get(cluster_id)
        if held is None and self._clusters.is_registered(cluster_id):
            logger.warning("two clusters have one id: the settings' is served", extra={"cluster": cluster_id})
            return
        if held is None or held.fingerprint != wanted.fingerprint:
            await self._clusters.put(wanted.open())
            self._held[cluster_id] = wanted

    async def _of_store(self) -> dict[str, Wanted]:
        async with self._database.viewing() as connection:
            rows = (await connection.execute(ROWS)).all()
        return {row.id: Wanted("api", row.revision, partial(self._opened, row)) for row in rows}

    async def _of_file(self) -> dict[str, Wanted]:
        path = self._settings.config_file
        if path is None:
            return {}
        try:
            sources = (await asyncio.to_thread(read_config_file, path)).clusters
        except ConfigFileError as error:
            logger.warning("the configuration file cannot be read", extra={"reason": str(error)})
            return {id_: held for id_, held in self._held.items() if held.source == "file"}
        return {
            source.id: Wanted("file", (source, _versions(source)), partial(open_source, source, self._clock))
            for source in sources
        }

    def _opened(self, row: Row[Any]) -> Cluster | UnusableCluster:
        named = ClusterName(row.id, row.name)
        try:
            reader = self._connection(row.sealed_reader, f"{row.id}/reader")
            writer = self._connection(row.sealed_writer, f"{row.id}/writer") if row.sealed_writer else None
            opened = cluster_of(named, reader, writer)
            opened.metrics_source = self._metrics_source(row)
            opened.log_source = self._log_source(row)
            return opened
        except (SealBrokenError, UnusableKeyError):
            return UnusableCluster(named, "its kubeconfig cannot be decrypted with this process's key")
        except KubernetesConfigError as error:
            return UnusableCluster(named, error.message)

    def _metrics_source(self, row: Row[Any]) -> MetricsSource | None:
        if row.sealed_metrics_source is None:
            return None
        text = self._seal.open(row.sealed_metrics_source, owner=f"{row.id}/metrics")
        source = MetricsSource.model_validate_json(text)
        self._redactor.add(*(value.get_secret_value() for value in source.headers.values()))
        return source

    def _log_source(self, row: Row[Any]) -> LogSource | None:
        if row.sealed_log_source is None:
            return None
        text = self._seal.open(row.sealed_log_source, owner=f"{row.id}/logs")
        source = LogSource.model_validate_json(text)
        self._redactor.add(*(value.get_secret_value() for value in source.headers.values()))
        return source

    def _connection(self, sealed: str, owner: str) -> ClusterConnection:
        content = msgspec.json.decode(self._seal.open(sealed, owner=owner), type=dict[str, Any])
        self._redactor.add(*secrets_of(content))
        return ClusterConnection.from_content(content, clock=self._clock)


def _versions(source: ClusterSource) -> tuple[object, ...]:
    """Modification times of a source's kubeconfigs; a rotated one is reopened."""
    return tuple(_version(path) for path in (source.kubeconfig, source.writer_kubeconfig) if path is not None)


def _version(path: Path) -> tuple[int, int] | None:
    try:
        found = path.expanduser().stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
