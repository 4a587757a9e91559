"""Reads the manifests of an application as they are now: its workload and what belongs to it.

What may not be read, or is gone, is named with the reason; only the workload itself is indispensable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from hexaops.analysis.diagnosis.objects import items, mapping, text
from hexaops.analysis.diagnosis.rules.references import references_of
from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import KubernetesForbiddenError, KubernetesNotFoundError
from hexaops.backends.kubernetes.kinds import KINDS, Kind
from hexaops.backends.kubernetes.rows import ObjectRow, WorkloadRow
from hexaops.features.applications.errors import ClusterUnreadError
from hexaops.features.backups.errors import ApplicationGoneError
from hexaops.kit.clock import Clock
from hexaops.kit.quantities import parse_quantity
from hexaops.kit.timeout import Timeout

SECRET = KINDS["Secret"]
BESIDE = ("Service", "Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget", "PersistentVolumeClaim")
"""Kinds that belong to a workload, found in the watch cache."""
TAKEN_BY = frozenset({KINDS["VolumeSnapshot"].group, KINDS["Backup"].group})
"""API groups by which contents of volumes are backed up."""
COLLECT_SECONDS = 60.0
AT_ONCE = 6
Object = dict[str, Any]


class Named(Struct, frozen=True, order=True):
    """An object to read."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class Source(Struct, frozen=True):
    """The workload that is backed up."""

    cluster_id: str
    kind: str
    namespace: str
    name: str
    uid: str


class Collected(Struct, frozen=True):
    """The objects, and why others, or the contents of some, are not among them."""

    objects: Sequence[Object]
    missing: Mapping[str, str]
    volume_bytes: int = 0
    """What the claims request whose contents are to be taken: at most so much is in them."""


class Collector(Struct, frozen=True):
    """Reads with the reading identity."""

    clusters: Clusters
    clock: Clock

    async def collect(self, source: Source, *, volumes: bool) -> Collected:
        """Raises ApplicationGoneError, ClusterUnreadError, ClusterUnavailableError or a KubernetesError."""
        cluster = self.clusters.get(source.cluster_id)
        limit = Timeout(COLLECT_SECONDS, self.clock)
        if not await cluster.cache.wait_synced(limit, source.kind, "Pod", *BESIDE):
            raise ClusterUnreadError([source.kind, *BESIDE])
        missing = _unreadable(cluster.cache)
        reading = _Reading(cluster, source.namespace, limit, missing)
        workload, row = await reading.workload(source)
        beside = await reading.read(_beside(cluster.cache, row))
        used = await reading.read(sorted({*_used_by(workload), *_certificates(beside)}))
        claims = [one for one in beside if one["kind"] == "PersistentVolumeClaim"] if volumes else []
        left_out = await _left_out(cluster, claims, limit)
        objects = [_kept(workload, KINDS[source.kind]), *beside, *used]
        return Collected(objects, {**missing, **left_out}, 0 if left_out else sum(map(_requested, claims)))


class _Reading(Struct, frozen=True):
    cluster: Cluster
    namespace: str
    limit: Timeout
    missing: dict[str, str]

    async def workload(self, source: Source) -> tuple[Object, WorkloadRow]:
        """The workload itself, and what the watch cache knows of it; raises ApplicationGoneError."""
        row = self.cluster.cache.find(source.kind, source.namespace, source.name)
        with suppress(KubernetesNotFoundError):
            found = await self.cluster.reader.get(source.kind, source.namespace, source.name, timeout=self.limit)
            if isinstance(row, WorkloadRow) and text(found, "metadata", "uid") == source.uid:
                return found, row
        message = f"{source.kind} {source.name} was deleted, or recreated under the same name"
        raise ApplicationGoneError(message)

    async def read(self, wanted: Sequence[Named]) -> list[Object]:
        """Those of them that can be read, in their order."""
        places = asyncio.Semaphore(AT_ONCE)
        found = await asyncio.gather(*(self._one(one, places) for one in wanted))
        return [one for one in found if one is not None]

    async def _one(self, wanted: Named, places: asyncio.Semaphore) -> Object | None:
        kind = KINDS[wanted.kind]
        async with places:
            try:
                return _kept(await self.cluster.reader.get(kind, self.namespace, wanted.name, timeout=self.limit), kind)
            except KubernetesNotFoundError:
                self.missing[str(wanted)] = "it does not exist"
            except KubernetesForbiddenError as error:
                self.missing[str(wanted)] = error.message
        return None


def _unreadable(cache: WatchCache) -> dict[str, str]:
    """The kinds of which it is not known whether any belong to the application."""
    statuses = cache.status(*BESIDE).values()
    return {one.kind: one.error or "it cannot be read" for one in statuses if not one.available}


def _beside(cache: WatchCache, row: WorkloadRow) -> list[Named]:
    found: Sequence[ObjectRow] = [
        *cache.services_of(row), *cache.ingresses_of(row), *cache.hpas_of(row), *cache.pdbs_of(row),
        *cache.pvcs_of(row),
    ]  # fmt: skip
    return sorted(Named(one.kind, one.name) for one in found)


def _used_by(workload: Mapping[str, Any]) -> Iterator[Named]:
    spec = mapping(workload, "spec", "template", "spec")
    for one in references_of(spec, optional=True):
        if one.name:
            yield Named(one.kind, one.name)
    for pull in items(spec, "imagePullSecrets"):
        if name := text(pull, "name"):
            yield Named(SECRET.name, name)


def _certificates(beside: Sequence[Object]) -> Iterator[Named]:
    for one in beside:
        for tls in items(one, "spec", "tls"):
            if name := text(tls, "secretName"):
                yield Named(SECRET.name, name)


def _kept(found: Object, kind: Kind) -> Object:
    """What creating it anew needs, and by what it can be told apart: neither status nor managed fields."""
    metadata = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    rest = {key: value for key, value in found.items() if key not in {"status", "metadata"}}
    return {**rest, "apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}


def _requested(claim: Object) -> int:
    return round(parse_quantity(text(claim, "spec", "resources", "requests", "storage") or "0"))


async def _left_out(cluster: Cluster, claims: Sequence[Object], limit: Timeout) -> dict[str, str]:
    """Why the contents of each claim are not included; its manifest is."""
    if not claims:
        return {}
    if TAKEN_BY & await cluster.reader.api_groups(timeout=limit):
        return {}  # a step of the backup takes them, and names what it could not take
    reason = "contents not included: the cluster has neither VolumeSnapshots nor Velero"
    return {f"PersistentVolumeClaim/{text(one, 'metadata', 'name')}": reason for one in claims}
