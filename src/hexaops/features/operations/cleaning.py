"""cleanup_resources: what has ended or belongs to nothing, by age and owner. Found from the watch cache."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hexaops.backends.kubernetes.rows import JobRow, PodRow, WorkloadRow
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration
from hexaops.runbooks.model import Fields

FIND = "find_unused_resources"
DAY = 86_400.0
DEFAULT_DAYS = 7
MOST_SHOWN = 500
NOT_LOOKED_AT = {"ConfigMap": "ConfigMaps are never listed: what an application is configured with is not read"}
"""Kinds that may hold unused objects too."""


@dataclass(frozen=True)
class Unused:
    """An object that nothing needs any more."""

    kind: str
    namespace: str
    name: str
    uid: str
    reason: str
    since: float


@dataclass(frozen=True)
class CleanupReport:
    """A dry run: finds, and deletes nothing."""

    name: ClassVar[str] = "cleanup_resources"
    description: ClassVar[str] = "Finding resources that nothing needs any more"
    changes: ClassVar[bool] = False
    steps: ClassVar[Sequence[tuple[str, float]]] = ((FIND, 1.0),)

    applications: ApplicationService
    directory: WorkspaceDirectory
    clock: Clock

    async def perform(self, run: Run, step: str) -> Found:  # noqa: ARG002 # it has one
        """Everything unused for as long as asked for, the oldest first."""
        workspace, now = await self.directory.get(run.operation.workspace_id), self.clock.now().timestamp()
        days = int(run.operation.parameters.get("older_than_days", DEFAULT_DAYS))
        unused = [one for one in self._unused(workspace) if one.since <= now - days * DAY]
        unused.sort(key=lambda one: (one.since, one.namespace, one.name))
        objects = "object" if len(unused) == 1 else "objects"
        details = {
            "unused": [_shown(one, now) for one in unused[:MOST_SHOWN]],
            "left_out": max(0, len(unused) - MOST_SHOWN),
            "older_than_days": days,
            "not_assessed": NOT_LOOKED_AT,
            "resources_affected": 0,
        }
        return {"summary": f"{len(unused)} unused {objects}, older than {days} d", "details": details}

    async def undo(self, run: Run) -> Undone:  # noqa: ARG002 # nothing was done
        """Nothing to put back."""
        return Undone(rolled_back=True, note="Nothing was changed")

    def message(self, run: Run) -> str:
        """How much was found."""
        return f"{run.found[FIND]['summary']}; nothing was deleted"

    def _unused(self, workspace: Workspace) -> list[Unused]:
        rows = self.applications.rows
        return [
            *finished_jobs(rows(workspace, "Job")),
            *orphaned_replica_sets(rows(workspace, "ReplicaSet")),
            *finished_pods(rows(workspace, "Pod")),
        ]


def finished_jobs(rows: Iterable[JobRow]) -> list[Unused]:
    """Jobs that completed or failed and that no CronJob keeps as its history."""
    found = []
    for row in rows:
        ended = next(
            (one for one in row.conditions if one.type in {"Complete", "Failed"} and one.status == "True"), None
        )
        if ended is not None and not row.owner_kind:
            verb = "completed" if ended.type == "Complete" else "failed"
            since = row.completed_at or ended.since or row.created_at
            found.append(Unused("Job", row.namespace, row.name, row.uid, f"The Job has {verb}", since))
    return found


def orphaned_replica_sets(rows: Iterable[WorkloadRow]) -> list[Unused]:
    """ReplicaSets that nothing owns and that want and have no pods; a Deployment's old revisions are its history."""
    return [
        Unused("ReplicaSet", row.namespace, row.name, row.uid, "Nothing owns it, and it has no pods", row.created_at)
        for row in rows
        if not row.owner_kind and row.desired == 0 and row.current == 0
    ]


def finished_pods(rows: Iterable[PodRow]) -> list[Unused]:
    """Pods that have ended and that nothing owns."""
    return [
        Unused("Pod", row.namespace, row.name, row.uid, f"The pod has ended ({row.phase}) and nothing owns it",
               row.created_at)
        for row in rows
        if row.phase in {"Succeeded", "Failed"} and not row.owner_kind
    ]  # fmt: skip


def _shown(one: Unused, now: float) -> Fields:
    return {
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "reason": one.reason,
        "age": format_duration(now - one.since),
    }
