"""cleanup_resources: finds what has ended or belongs to nothing, and deletes it once a report has named it before.

A dry run unless told otherwise. What is deleted was unused at an earlier report, `tombstone_hours` ago or more, and
is unused now; each deletion is an ordinary write of a planned change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, ClassVar

import msgspec

from hexaops.analysis.applications.status import counted
from hexaops.analysis.unused import (
    TEMPLATES,
    Unused,
    finished_jobs,
    finished_pods,
    orphaned_replica_sets,
    unclaimed_volumes,
    unnamed_config_maps,
)
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.parts import CarriedOut, PlannedParts, WantedChange, allowed_by_risk, owner_of
from hexaops.features.operations.outcome import ACTED, acted, found_of, none_failed, stopped
from hexaops.features.operations.work import Takes, WorkspaceWork
from hexaops.features.runs.queries import latest_result
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration
from hexaops.runbooks.cleanup import MOST_OBJECTS, RISKS, DeleteUnused
from hexaops.runbooks.model import Subject

FIND, DELETE, VERIFY = "find_unused_resources", "delete_unused_resources", "verify_deletions"
DAY, HOUR = 86_400.0, 3_600.0
DEFAULT_DAYS = 7
DEFAULT_TOMBSTONE_HOURS = 24
MOST_SHOWN = 500
NOT_REPORTED = "it is deletable once a report at least {hours} hours old has named it"


class UnusedView(msgspec.Struct, frozen=True, kw_only=True):
    """An unused object as the report shows it."""

    kind: str
    namespace: str
    name: str
    uid: str
    reason: str
    age: str
    deletable: bool
    """Whether it may be deleted now; else `waits` says what is missing."""
    waits: str | None = None


@dataclass(frozen=True)
class Cleanup(WorkspaceWork):
    """Every method starts again safely: what was started already is found by its part."""

    name: ClassVar[str] = "cleanup_resources"
    description: ClassVar[str] = "Cleaning up resources that nothing needs any more"
    changes: ClassVar[bool] = True
    steps: ClassVar[Sequence[tuple[str, float]]] = ((FIND, 1.0), (DELETE, 10.0), (VERIFY, 1.0))
    takes: ClassVar[Takes] = frozenset({"dry_run", "older_than_days", "tombstone_hours"})

    applications: ApplicationService
    directory: WorkspaceDirectory
    clusters: Clusters
    parts: PlannedParts
    clock: Clock

    async def perform(self, run: Run, step: str) -> Found:
        """One of the three steps."""
        if step == FIND:
            return await self._find(run)
        return await self._delete(run) if step == DELETE else none_failed(acted(run, DELETE))

    async def undo(self, run: Run) -> Undone:
        """Stop what is under way; what was deleted and can be created again is put back by its own operation."""
        return await stopped(self.parts, run)

    def message(self, run: Run) -> str:
        """How much was found, and deleted."""
        if is_dry(run):
            return f"{run.found[FIND]['summary']}; nothing was deleted"
        return f"{run.found[FIND]['summary']}; {run.found[DELETE]['summary']}"

    async def _find(self, run: Run) -> Found:
        """Everything unused for as long as asked for, the oldest first."""
        workspace, now = await self.directory.get(run.operation.workspace_id), self.clock.now().timestamp()
        given = run.operation.parameters
        days, hours = given.get("older_than_days", DEFAULT_DAYS), given.get("tombstone_hours", DEFAULT_TOMBSTONE_HOURS)
        found, not_assessed = await self._unused(workspace)
        unused = [one for one in found if one.since <= now - days * DAY]
        unused.sort(key=lambda one: (one.since, one.namespace, one.name))
        reported = await self._reported(run, workspace, hours)
        shown = [_shown(one, now, reported, hours) for one in unused[:MOST_SHOWN]]
        details = {
            "unused": msgspec.to_builtins(shown),
            "left_out": max(0, len(unused) - MOST_SHOWN),
            "older_than_days": days,
            "tombstone_hours": hours,
            "dry_run": is_dry(run),
            "not_assessed": not_assessed,
            "resources_affected": 0,
        }
        summary = f"{counted(len(unused), 'object')} unused for {counted(days, 'day')} or longer"
        return {"summary": summary, "details": details}

    async def _delete(self, run: Run) -> Found:
        workspace = await self.directory.get(run.operation.workspace_id)
        if is_dry(run):
            return {"summary": "Dry run: nothing was deleted", ACTED: msgspec.to_builtins(CarriedOut([], [], []))}
        shown = msgspec.convert(run.found[FIND]["details"]["unused"], list[UnusedView])
        confirmed = run.operation.parameters.get("confirmation", True)
        carried = await self.parts.carry_out(
            run, owner_of(run.operation, workspace), [*_changes(one for one in shown if one.deletable)],
            lambda plan: confirmed and allowed_by_risk(workspace, plan),
        )  # fmt: skip
        return found_of(carried, await self._deleted(run))

    async def _deleted(self, run: Run) -> int:
        """How many objects the completed parts have deleted."""
        parts = await self.parts.started(run.operation.id)
        return sum(len(part.parameters["objects"]) for part in parts if part.status == "completed")

    async def _reported(self, run: Run, workspace: Workspace, hours: float) -> frozenset[str] | None:
        """Uids that the latest report of so long ago has named; None: no report is asked for."""
        if hours == 0:
            return None
        by = self.clock.now() - timedelta(seconds=hours * HOUR)
        async with self.parts.store.database.reading() as session:
            last = await latest_result(session, workspace.id, self.name, before=run.operation.id, ended_by=by)
        return frozenset(one.get("uid", "") for one in last[1]["details"]["unused"]) if last else frozenset()

    async def _unused(self, workspace: Workspace) -> tuple[list[Unused], dict[str, str]]:
        rows = self.applications.rows
        found = [
            *finished_jobs(rows(workspace, "Job")),
            *orphaned_replica_sets(rows(workspace, "ReplicaSet")),
            *finished_pods(rows(workspace, "Pod")),
        ]
        not_assessed: dict[str, str] = {}
        for namespace in self.applications.projects(workspace):
            found += await self._unnamed(workspace, namespace, not_assessed)
        return found, not_assessed

    async def _unnamed(self, workspace: Workspace, namespace: str, not_assessed: dict[str, str]) -> list[Unused]:
        """Claims and ConfigMaps of a namespace that nothing in it names."""
        reader = self.clusters.get(workspace.cluster_id).reader
        try:
            named_by: Mapping[str, Sequence[Any]] = {kind: await reader.list(kind, namespace) for kind in TEMPLATES}
            found = unclaimed_volumes(await reader.list("PersistentVolumeClaim", namespace), named_by)
        except KubernetesError as error:
            not_assessed |= dict.fromkeys(("PersistentVolumeClaim", "ConfigMap"), error.message)
            return []
        try:
            return [*found, *unnamed_config_maps(await reader.list_metadata("ConfigMap", namespace), named_by)]
        except KubernetesError as error:
            not_assessed["ConfigMap"] = error.message
            return found


def is_dry(run: Run) -> bool:
    """A dry run unless told otherwise."""
    return bool(run.operation.parameters.get("dry_run", True))


def _changes(shown: Iterable[UnusedView]) -> Iterator[WantedChange]:
    """One change for what is alike: of a namespace, and of one risk."""
    ordered = sorted(shown, key=_alike)
    for (namespace, _), alike in groupby(ordered, key=_alike):
        every = [{"kind": one.kind, "name": one.name, "uid": one.uid} for one in alike]
        for first in range(0, len(every), MOST_OBJECTS):
            objects = every[first : first + MOST_OBJECTS]
            subject = Subject(id=namespace, kind="Namespace", namespace=namespace, name=namespace)
            yield WantedChange(DeleteUnused.name, subject, {"objects": objects})


def _alike(one: UnusedView) -> tuple[str, str]:
    return one.namespace, RISKS[one.kind]


def _shown(one: Unused, now: float, reported: frozenset[str] | None, hours: float) -> UnusedView:
    deletable = reported is None or one.uid in reported
    return UnusedView(
        kind=one.kind, namespace=one.namespace, name=one.name, uid=one.uid, reason=one.reason,
        age=format_duration(now - one.since), deletable=deletable,
        waits=None if deletable else NOT_REPORTED.format(hours=hours),
    )  # fmt: skip
