"""Diagnoses of live workspaces, each made once for all who ask at the same time.

A diagnosis serves for a while after it was made: up to a minute while nothing changes in the cluster, and that of a
large cluster, where something always changes, for as long as keeps its cost to about a tenth of one core.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.engine import diagnose
from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.analysis.insights.hardening import Posture, posture_of
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.kinds import Kind
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.fencing import fenced
from hexaops.features.diagnosis.following import MOST_OBJECTS, Followers
from hexaops.features.diagnosis.kinds import EXTENSIONS
from hexaops.features.diagnosis.listing import (
    LIST_SECONDS,
    Fence,
    Listed,
    hidden_nodes,
    joined,
    kinds_for,
    list_objects,
    never_listed,
    served_groups,
)
from hexaops.features.diagnosis.model import Diagnosis
from hexaops.features.diagnosis.pod_logs import SECONDS as LOG_SECONDS
from hexaops.features.diagnosis.pod_logs import read_logs
from hexaops.features.diagnosis.recording import snapshot_view
from hexaops.features.diagnosis.reports import ReportReader
from hexaops.features.diagnosis.views import SnapshotView
from hexaops.kit.clock import Clock
from hexaops.kit.garbage import collection_paused
from hexaops.kit.timeout import Timeout

UNCHANGED_SECONDS = 60.0
"""How long a diagnosis serves while nothing changes: logs go on, and time itself changes what is overdue."""
SMALL = 2000
"""Up to so many objects a diagnosis is made again as soon as something has changed."""
REST_SECONDS = 0.001
"""For each further object a diagnosis serves so much longer; looking at one takes a tenth of it."""
GROUPS_SECONDS = 600.0
KEPT = 64


@dataclass
class _Held:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    diagnosis: Diagnosis | None = None
    version: object = None
    made_at: float = 0.0


class DiagnosisService:
    """One for the process."""

    def __init__(self, clusters: Clusters, applications: ApplicationService, clock: Clock) -> None:
        self._clusters = clusters
        self._applications = applications
        self._clock = clock
        self._held: dict[tuple[str, bool], _Held] = {}
        self._groups: dict[str, tuple[float, Cluster, Set[str] | None]] = {}
        self._reports = ReportReader(clock)
        self._followers = Followers()

    async def get(self, workspace: Workspace, *, logs: bool) -> Diagnosis:
        """The workspace's findings; without `logs` no log line is read or quoted.

        Raises ClusterUnavailableError, and UpstreamUnavailableError where its pods cannot be read.
        """
        cluster = self._clusters.get(workspace.cluster_id)
        held = self._hold(workspace.id, logs)
        async with held.lock:
            version = _version(cluster, workspace)
            if held.diagnosis is not None and self._serves(held, held.diagnosis, version):
                return held.diagnosis
            held.diagnosis = made = await self._make(cluster, workspace, logs)
            held.version, held.made_at = version, self._clock.monotonic()
            return made

    async def snapshot(self, workspace: Workspace, *, logs: bool) -> Snapshot:
        """What the rules look at; raises as `get` does."""
        return (await self._read(self._clusters.get(workspace.cluster_id), workspace, logs))[0]

    async def record(self, workspace: Workspace, *, logs: bool) -> SnapshotView:
        """What the rules look at, as a document without secrets; raises as `get` does."""
        snapshot, listed = await self._read(self._clusters.get(workspace.cluster_id), workspace, logs)
        return await asyncio.to_thread(snapshot_view, snapshot, listed, Fence(workspace))

    def about(self, workspace: Workspace, application: Application, diagnosis: Diagnosis) -> Sequence[Finding]:
        """The findings that concern one application."""
        return diagnosis.about(application, self._related(workspace, application))

    async def _make(self, cluster: Cluster, workspace: Workspace, logs: bool) -> Diagnosis:
        taken_at = self._clock.now()
        if logs:
            snapshot, listed = await self._read(cluster, workspace, logs)
            # A large cluster's must not stop all requests.
            found, posture = await asyncio.to_thread(_findings, snapshot)
            let_in = fenced(found, Fence(workspace), snapshot.other_nodes)
            return _diagnosis(listed, let_in, posture, taken_at=taken_at, logs=len(snapshot.logs))
        listed, let_in, posture = await self._follow(cluster, workspace)
        return _diagnosis(listed, let_in, posture, taken_at=taken_at, logs=0)

    async def _follow(self, cluster: Cluster, workspace: Workspace) -> tuple[Listed, Sequence[Finding], Posture]:
        """Without logs, which nothing tells of: from what was found the last time and what has changed since."""
        fence = Fence(workspace)
        follower = self._followers.take(cluster, fence)
        extensions, reports = await self._more(cluster, fence)
        kinds, limit = kinds_for(fence, extensions), Timeout(LIST_SECONDS, self._clock)
        changed = await follower.list_changed(kinds, self._clock.monotonic(), limit)
        listed = joined(joined(never_listed(fence), changed), reports)
        now, usage = self._clock.now().timestamp(), await self._usage(workspace)
        hidden = hidden_nodes(listed.objects, fence)
        if len(listed.objects) > MOST_OBJECTS:
            snapshot = await asyncio.to_thread(_snapshot, now, listed, usage, hidden)
            found, posture = await asyncio.to_thread(_findings, snapshot)
        else:
            found, posture = await asyncio.to_thread(follower.judge, now, listed, usage, hidden)
            self._followers.give(follower)
        return listed, fenced(found, fence, hidden), posture

    async def _read(self, cluster: Cluster, workspace: Workspace, logs: bool) -> tuple[Snapshot, Listed]:
        fence = Fence(workspace)
        extensions, reports = await self._more(cluster, fence)
        limit = Timeout(LIST_SECONDS, self._clock)
        listed = joined(await list_objects(cluster, fence, extensions, limit), reports)
        now = self._clock.now().timestamp()
        usage = await self._usage(workspace)
        snapshot = await asyncio.to_thread(_snapshot, now, listed, usage, hidden_nodes(listed.objects, fence))
        if logs:
            snapshot.logs = await read_logs(cluster.reader, snapshot, Timeout(LOG_SECONDS, self._clock))
        return snapshot, listed

    async def _more(self, cluster: Cluster, fence: Fence) -> tuple[Sequence[Kind], Listed]:
        """The extensions that the cluster serves, and the reports of its scanner."""
        groups = await self._served(cluster, Timeout(LIST_SECONDS, self._clock))
        extensions = [kind for kind in EXTENSIONS if kind.group in (groups or ())]
        return extensions, await self._reports.read(cluster, fence, groups)

    async def _usage(self, workspace: Workspace) -> Mapping[str, Mapping[str, float]]:
        """Use of the containers that are alone in their pods: measurements are by pod."""
        samples = await self._applications.usage(workspace)
        figures: dict[str, Mapping[str, float]] = {}
        for pod in self._applications.all_pods(workspace) if samples.by_object else ():
            measured = samples.by_object.get((pod.namespace, pod.name))
            if measured is not None and len(pod.container_names) == 1 and workspace.owns(pod.namespace):
                figures[f"{pod.namespace}/{pod.name}/{pod.container_names[0]}"] = {
                    "cpu_usage_cores": measured.cpu_cores,
                    "memory_working_set_bytes": measured.memory_bytes,
                }
        return figures

    async def _served(self, cluster: Cluster, limit: Timeout) -> Set[str] | None:
        held = self._groups.get(cluster.id)
        if held is not None and held[1] is cluster and self._clock.monotonic() < held[0]:
            return held[2]
        found = await served_groups(cluster, limit)
        self._groups[cluster.id] = self._clock.monotonic() + GROUPS_SECONDS, cluster, found
        return found

    def _serves(self, held: _Held, made: Diagnosis, version: object) -> bool:
        unchanged = UNCHANGED_SECONDS if version == held.version else 0.0
        return self._clock.monotonic() - held.made_at < max(unchanged, (made.objects - SMALL) * REST_SECONDS)

    def _hold(self, workspace_id: str, logs: bool) -> _Held:
        held = self._held.pop((workspace_id, logs), None) or _Held()
        self._held[workspace_id, logs] = held
        if len(self._held) > KEPT:
            del self._held[next(iter(self._held))]
        return held

    def _related(self, workspace: Workspace, application: Application) -> Mapping[str, Sequence[str]]:
        found = self._applications.related(workspace, application)
        return {
            "Service": found.services,
            "Ingress": found.ingresses,
            "HorizontalPodAutoscaler": found.autoscalers,
            "PodDisruptionBudget": found.disruption_budgets,
            "PersistentVolumeClaim": found.volume_claims,
        }


def _diagnosis(
    listed: Listed, found: Sequence[Finding], posture: Posture, *, taken_at: datetime, logs: int
) -> Diagnosis:
    return Diagnosis(
        findings=found,
        taken_at=taken_at,
        objects=len(listed.objects),
        logs=logs,
        missing=listed.missing,
        refused=listed.refused,
        posture=posture,
    )


def _version(cluster: Cluster, workspace: Workspace) -> object:
    """Differs when anything that is watched has changed, or the workspace's fence has."""
    states = tuple((one.revision, one.available) for one in cluster.cache.status().values())
    return cluster, workspace, states


def _snapshot(now: float, listed: Listed, usage: object, hidden: Set[str]) -> Snapshot:
    with collection_paused():
        return Snapshot(now, listed.objects, metrics=usage, unread=frozenset(listed.missing), other_nodes=hidden)


def _findings(snapshot: Snapshot) -> tuple[list[Finding], Posture]:
    with collection_paused():
        return diagnose(snapshot), posture_of(snapshot)
