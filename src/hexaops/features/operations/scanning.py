"""security_scan: which security controls the workspace's workloads do not keep. It changes nothing.

The report stays in the operation's result, where the next scan finds what it compares itself with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from hexaops.analysis.applications.status import counted
from hexaops.analysis.posture.report import Weakness, compared
from hexaops.analysis.posture.scan import configuration_weaknesses, workload_weaknesses
from hexaops.features.access.tenancy import Workspace
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.operations.work import Takes, WorkspaceWork
from hexaops.features.runs.queries import latest_result
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory

ASSESS, DIAGNOSE, COMPARE = "assess_workloads", "assess_configuration", "compare_with_last"
MOST = 500
SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class SecurityScan(WorkspaceWork):
    """Reads, and reports."""

    name: ClassVar[str] = "security_scan"
    description: ClassVar[str] = "Assessing the security of the workspace's workloads"
    changes: ClassVar[bool] = False
    steps: ClassVar[Sequence[tuple[str, float]]] = ((ASSESS, 2.0), (DIAGNOSE, 2.0), (COMPARE, 1.0))
    takes: ClassVar[Takes] = frozenset()

    diagnosis: DiagnosisService
    directory: WorkspaceDirectory

    async def perform(self, run: Run, step: str) -> Found:
        """One of the three steps."""
        workspace = await self.directory.get(run.operation.workspace_id)
        if step == ASSESS:
            return await self._workloads(workspace)
        return await (self._configuration(workspace) if step == DIAGNOSE else self._compare(run))

    async def undo(self, run: Run) -> Undone:  # noqa: ARG002 # nothing was done
        """Nothing to put back."""
        return Undone(rolled_back=True, note="Nothing was changed")

    def message(self, run: Run) -> str:
        """How many weaknesses."""
        found = run.found[COMPARE]["details"]
        new = f", {len(found['new'])} of them new" if found["compared_with"] else ""
        return f"{_weaknesses(found['total'])} found{new}"

    async def _workloads(self, workspace: Workspace) -> Found:
        snapshot = await self.diagnosis.snapshot(workspace, logs=False)
        chosen = [one for one in snapshot.workloads() if workspace.owns(one.namespace)]
        found = [weakness for one in chosen for weakness in workload_weaknesses(one)]
        return {
            "summary": f"{counted(len(chosen), 'workload')} assessed, {counted(len(found), 'control')} not kept",
            "weaknesses": _listed(found),
            "details": {"workloads_assessed": len(chosen)},
        }

    async def _configuration(self, workspace: Workspace) -> Found:
        diagnosis = await self.diagnosis.get(workspace, logs=False)
        found = configuration_weaknesses(diagnosis.findings)
        return {
            "summary": f"{_weaknesses(len(found))} of configuration",
            "weaknesses": _listed(found),
            "details": {"not_assessed": dict(diagnosis.missing)},
        }

    async def _compare(self, run: Run) -> Found:
        found = [*run.found[ASSESS]["weaknesses"], *run.found[DIAGNOSE]["weaknesses"]]
        operation = run.operation
        async with run.store.database.reading() as session:
            last = await latest_result(session, operation.workspace_id, self.name, before=operation.id)
        keys = [f"{one['object']} {one['control']}" for one in found]
        old = last[1].get("details", {}).get("keys", []) if last else keys
        difference = compared(old, keys)
        counts = Counter(one["severity"] for one in found)
        details: dict[str, Any] = {
            "total": len(found),
            "by_severity": {severity: counts[severity] for severity in SEVERITIES},
            "findings": sorted(found, key=lambda one: (SEVERITIES.index(one["severity"]), one["object"]))[:MOST],
            "keys": keys,
            "compared_with": last[0] if last else None,
            "new": list(difference.new),
            "resolved": list(difference.resolved),
        }
        told = (
            f"{len(difference.new)} new, {len(difference.resolved)} resolved since {last[0]}" if last else "first scan"
        )
        return {"summary": told, "details": details}


def _weaknesses(number: int) -> str:
    return f"{number} {'weakness' if number == 1 else 'weaknesses'}"


def _listed(found: Iterable[Weakness]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one) for one in sorted(found)]
