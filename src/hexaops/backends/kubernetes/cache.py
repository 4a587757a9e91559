"""The read side of a cluster: rows of every watched kind, held in memory and kept up to date by watches.

Reading never waits and never asks the API server; `as_of` and `status` say how fresh the answer is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar, cast, overload

from hexaops.backends.kubernetes.errors import KubernetesNotFoundError, Target
from hexaops.backends.kubernetes.event_table import KEPT_SECONDS, EventTable
from hexaops.backends.kubernetes.kinds import WATCHED_KINDS, WatchedKind
from hexaops.backends.kubernetes.rows import (
    CronJobRow,
    EndpointSliceRow,
    EventRow,
    HpaRow,
    IngressRow,
    JobRow,
    NamespaceRow,
    NodeRow,
    ObjectRow,
    PdbRow,
    PodRow,
    PvcRow,
    QuotaRow,
    ServiceRow,
    WorkloadRow,
)
from hexaops.backends.kubernetes.staleness import overdue
from hexaops.backends.kubernetes.table import Change, KindStatus, Table
from hexaops.kit.clock import Clock, ClockCheck, SystemClock
from hexaops.kit.timeout import Timeout

T = TypeVar("T")

WorkloadKind = Literal["Deployment", "StatefulSet", "DaemonSet"]
APPLICATION_KINDS: tuple[WorkloadKind, ...] = ("Deployment", "StatefulSet", "DaemonSet")
"""The kinds that are an application; a ReplicaSet is a part of one."""

logger = logging.getLogger(__name__)


def _owner_uid(row: Any) -> str:
    return cast(str, row.owner_uid)


def _service(row: Any) -> str:
    return f"{row.namespace}/{row.service}"


_INDEXES: dict[str, Callable[[Any], str]] = {
    "Pod": _owner_uid,
    "ReplicaSet": _owner_uid,
    "Job": _owner_uid,
    "EndpointSlice": _service,
}


class WatchCache:
    """Rows by kind. Lists are copies in no particular order unless said otherwise; rows are immutable."""

    def __init__(self, kinds: Sequence[str] = WATCHED_KINDS, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._tables: dict[str, Table[Any]] = {
            kind: EventTable(clock=self._clock) if kind == "Event" else Table(kind, _INDEXES.get(kind))
            for kind in kinds
        }
        self.clock_check = ClockCheck(self._clock)
        self._callbacks: list[Callable[[Change], None]] = []
        self._progress = asyncio.Event()
        self._recovery = asyncio.Event()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are watched."""
        return (*self._tables,)

    # ------------------------------------------------------------------ one row

    @overload
    def get(
        self, kind: Literal["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"], namespace: str, name: str
    ) -> WorkloadRow: ...
    @overload
    def get(self, kind: Literal["Pod"], namespace: str, name: str) -> PodRow: ...
    @overload
    def get(self, kind: str, namespace: str, name: str) -> ObjectRow: ...
    def get(self, kind: str, namespace: str, name: str) -> ObjectRow:
        """One row (namespace "" when cluster-scoped); raises KubernetesNotFoundError."""
        row = self.find(kind, namespace, name)
        if row is None:
            target = Target("get", kind, namespace, name)
            message = f"{kind} {namespace}/{name} is not known in the cluster"
            raise KubernetesNotFoundError(message, target=target)
        return row

    @overload
    def find(
        self, kind: Literal["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"], namespace: str, name: str
    ) -> WorkloadRow | None: ...
    @overload
    def find(self, kind: Literal["Pod"], namespace: str, name: str) -> PodRow | None: ...
    @overload
    def find(self, kind: str, namespace: str, name: str) -> ObjectRow | None: ...
    def find(self, kind: str, namespace: str, name: str) -> ObjectRow | None:
        """One row, or None when there is none (or the kind is not watched)."""
        table = self._tables.get(kind)
        return cast("ObjectRow | None", table.find(namespace, name)) if table else None

    # ------------------------------------------------------------------ lists

    def rows(self, kind: WatchedKind, namespace: str | None = None) -> list[Any]:
        """All rows of a kind, in one namespace or all; empty when the kind is not watched."""
        table = self._tables.get(kind)
        return table.all(namespace) if table else []

    def pods(self, namespace: str | None = None) -> list[PodRow]:
        """Pods of one namespace, or all."""
        return self.rows("Pod", namespace)

    def workloads(self, namespace: str | None = None) -> list[WorkloadRow]:
        """Deployments, StatefulSets and DaemonSets: what an application can be."""
        return [row for kind in APPLICATION_KINDS for row in self.rows(kind, namespace)]

    def replica_sets(self, namespace: str | None = None) -> list[WorkloadRow]:
        """ReplicaSets."""
        return self.rows("ReplicaSet", namespace)

    def services(self, namespace: str | None = None) -> list[ServiceRow]:
        """Services."""
        return self.rows("Service", namespace)

    def endpoint_slices(self, namespace: str | None = None) -> list[EndpointSliceRow]:
        """EndpointSlices."""
        return self.rows("EndpointSlice", namespace)

    def ingresses(self, namespace: str | None = None) -> list[IngressRow]:
        """Ingresses."""
        return self.rows("Ingress", namespace)

    def hpas(self, namespace: str | None = None) -> list[HpaRow]:
        """HorizontalPodAutoscalers."""
        return self.rows("HorizontalPodAutoscaler", namespace)

    def pdbs(self, namespace: str | None = None) -> list[PdbRow]:
        """PodDisruptionBudgets."""
        return self.rows("PodDisruptionBudget", namespace)

    def pvcs(self, namespace: str | None = None) -> list[PvcRow]:
        """PersistentVolumeClaims."""
        return self.rows("PersistentVolumeClaim", namespace)

    def nodes(self) -> list[NodeRow]:
        """Nodes."""
        return self.rows("Node")

    def namespaces(self) -> list[NamespaceRow]:
        """Namespaces."""
        return self.rows("Namespace")

    def quotas(self, namespace: str | None = None) -> list[QuotaRow]:
        """ResourceQuotas."""
        return self.rows("ResourceQuota", namespace)

    def jobs(self, namespace: str | None = None) -> list[JobRow]:
        """Jobs."""
        return self.rows("Job", namespace)

    def cron_jobs(self, namespace: str | None = None) -> list[CronJobRow]:
        """CronJobs."""
        return self.rows("CronJob", namespace)

    def events(self, namespace: str | None = None) -> list[EventRow]:
        """Events of the last 24 hours (bounded, see EventTable), newest first."""
        return self._recent(self.rows("Event", namespace))

    # ------------------------------------------------------------------ relations

    def pods_of(self, workload_uid: str) -> list[PodRow]:
        """Pods owned by this uid, directly or through a ReplicaSet or a Job."""
        pods: list[PodRow] = self._keyed("Pod", workload_uid)
        for between in (*self._keyed("ReplicaSet", workload_uid), *self._keyed("Job", workload_uid)):
            pods += self._keyed("Pod", between.uid)
        return pods

    def replica_sets_of(self, deployment_uid: str) -> list[WorkloadRow]:
        """ReplicaSets of a Deployment, the newest first."""
        rows: list[WorkloadRow] = self._keyed("ReplicaSet", deployment_uid)
        return sorted(rows, key=lambda row: row.created_at, reverse=True)

    def events_for(self, uid: str) -> list[EventRow]:
        """Events about the object with this uid, newest first."""
        return self._recent(self._keyed("Event", uid))

    def services_of(self, workload: WorkloadRow) -> list[ServiceRow]:
        """Services that select the workload's pods."""
        labels = workload.template_labels
        return [
            row
            for row in self.services(workload.namespace)
            if row.selector and all(labels.get(key) == value for key, value in row.selector.items())
        ]

    def endpoint_slices_of(self, namespace: str, service: str) -> list[EndpointSliceRow]:
        """EndpointSlices of one Service."""
        return self._keyed("EndpointSlice", f"{namespace}/{service}")

    def ingresses_of(self, workload: WorkloadRow) -> list[IngressRow]:
        """Ingresses that lead to one of its Services."""
        names = {row.name for row in self.services_of(workload)}
        return [row for row in self.ingresses(workload.namespace) if any(rule.service in names for rule in row.rules)]

    def hpas_of(self, workload: WorkloadRow) -> list[HpaRow]:
        """Autoscalers that target it."""
        return [
            row
            for row in self.hpas(workload.namespace)
            if row.target_kind == workload.kind and row.target_name == workload.name
        ]

    def pdbs_of(self, workload: WorkloadRow) -> list[PdbRow]:
        """Budgets that select its pods."""
        return [
            row
            for row in self.pdbs(workload.namespace)
            if row.selector is not None and row.selector.matches(workload.template_labels)
        ]

    def pvcs_of(self, workload: WorkloadRow) -> list[PvcRow]:
        """Claims named in its template or mounted by its pods."""
        names = {*workload.claims, *(claim for pod in self.pods_of(workload.uid) for claim in pod.claims)}
        return [row for row in self.pvcs(workload.namespace) if row.name in names]

    # ------------------------------------------------------------------ freshness

    def status(self, *kinds: str) -> dict[str, KindStatus]:
        """By kind (those of these that are watched; all when none is named): how it can be read, and what is wrong."""
        named = [table for kind, table in self._tables.items() if not kinds or kind in kinds]
        clock_problem, heard = self.clock_check.problem(), self._silent_seconds()
        return {table.kind: overdue(table.status(self._clock), heard, clock_problem) for table in named}

    def _silent_seconds(self) -> float | None:
        """Since any kind was last confirmed; None before a sync."""
        ages = [table.age_seconds(self._clock) for table in self._tables.values() if table.synced]
        return min((age for age in ages if age is not None), default=None)

    def as_of(self, *kinds: str) -> datetime | None:
        """The oldest last contact of these kinds (of all available ones when none is named); None before a sync."""
        tables = [self._tables[kind] for kind in kinds] or [table for table in self._tables.values() if table.available]
        moments = [table.as_of if table.synced else None for table in tables]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None

    def is_synced(self, *kinds: str) -> bool:
        """Whether these kinds (all when none is named) were listed, or are known to be unavailable."""
        tables = [self._tables[kind] for kind in kinds] or [*self._tables.values()]
        return all(table.synced or not table.available for table in tables)

    async def wait_synced(self, timeout: Timeout, *kinds: str) -> bool:
        """Wait until `is_synced`; False when the time ran out first."""
        return await self._wait(lambda: self.is_synced(*kinds), timeout)

    async def wait_tried(self, timeout: Timeout) -> None:
        """Wait until every kind was listed, is known to be unavailable or has failed once; or the time ran out."""
        tables = self._tables.values()
        await self._wait(
            lambda: all(table.synced or not table.available or table.error is not None for table in tables), timeout
        )

    async def wait_recent(self, age_seconds: float, timeout: Timeout, *kinds: str) -> None:
        """Wait until what was read of these kinds is at most this old, or the time ran out."""

        def is_recent(kind: str) -> bool:
            age = self._tables[kind].age_seconds(self._clock)
            return age is not None and age <= age_seconds

        await self._wait(lambda: all(is_recent(kind) for kind in kinds), timeout)

    async def _wait(self, reached: Callable[[], bool], timeout: Timeout) -> bool:
        """Whether it was reached, asked again after each progress, before the time ran out."""
        alarm = asyncio.ensure_future(self._clock.sleep(timeout.left()))
        try:
            while not reached():
                if alarm.done():
                    return False
                await _first(self._progress, alarm)
            return True
        finally:
            alarm.cancel()

    # ------------------------------------------------------------------ changes

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back after each change, in order, on the event loop; must be quick. Returns how to end it."""
        self._callbacks.append(callback)

        def end() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return end

    async def wait_for(
        self,
        predicate: Callable[[WatchCache], T | None],
        *,
        kinds: Iterable[str],
        timeout: Timeout,
    ) -> T:
        """The first truthy answer of the predicate, asked now and after each change of these kinds.

        Raises TimeoutError when the time is over.
        """
        wanted = frozenset(kinds)
        changed = asyncio.Event()
        end = self.subscribe(lambda change: changed.set() if change.kind in wanted else None)
        alarm = asyncio.ensure_future(self._clock.sleep(timeout.left()))
        try:
            while True:
                changed.clear()
                if answer := predicate(self):
                    return answer
                if alarm.done():
                    message = f"not reached within {timeout.seconds:g} s"
                    raise TimeoutError(message)
                await _first(changed, alarm)
        finally:
            end()
            alarm.cancel()

    # ------------------------------------------------------------------ for the reflectors

    def table(self, kind: str) -> Table[Any]:
        """The table that the kind's reflector fills."""
        return self._tables[kind]

    def note_progress(self) -> None:
        """Wake those who wait for a table: it was confirmed, became unavailable, or reading it failed."""
        self._progress.set()
        self._progress = asyncio.Event()

    def note_recovery(self) -> None:
        """Wake those who wait for the API server: it has answered somebody whom it had failed before."""
        self._recovery.set()
        self._recovery = asyncio.Event()

    async def wait_recovery(self, seconds: float) -> None:
        """Wait for the next `note_recovery`, for this many seconds at most."""
        alarm = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await _first(self._recovery, alarm)
        finally:
            alarm.cancel()

    def publish(self, changes: Iterable[Change | None]) -> None:
        """Tell the subscribers; one that fails is logged and does not stop the others."""
        for change in changes:
            if change is None:
                continue
            for callback in (*self._callbacks,):
                try:
                    callback(change)
                except Exception:  # the edge of foreign code: a watch must go on
                    logger.exception("a subscriber of the cache failed", extra={"kind": change.kind})

    def _recent(self, rows: list[EventRow]) -> list[EventRow]:
        oldest = self._clock.now().timestamp() - KEPT_SECONDS
        recent = [row for row in rows if row.last_seen >= oldest]
        return sorted(recent, key=lambda row: row.last_seen, reverse=True)

    def _keyed(self, kind: str, key: str) -> list[Any]:
        table = self._tables.get(kind)
        return table.keyed(key) if table else []


async def _first(changed: asyncio.Event, alarm: asyncio.Future[None]) -> None:
    waiter = asyncio.ensure_future(changed.wait())
    either: set[asyncio.Future[Any]] = {waiter, alarm}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
