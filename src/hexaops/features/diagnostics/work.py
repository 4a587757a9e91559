"""Carries out health checks, connectivity tests and bundles. They read; each step may be started again."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete

from hexaops.analysis import checks
from hexaops.analysis.checks import Check
from hexaops.features.changes.work import drafts_of
from hexaops.features.diagnosis.views import finding_view
from hexaops.features.diagnostics.bundle import objects_of
from hexaops.features.diagnostics.reading import CONNECTIVITY, HEALTH, Connection, DiagnosticReader, Place
from hexaops.features.runs.errors import StepFailedError
from hexaops.features.runs.store import lock_if_owner
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_time
from hexaops.kit.text import plain
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.storage.database import Database
from hexaops.storage.tables import DiagnosticBundleRow

KEPT = timedelta(days=7)
LARGEST_BYTES = 8 << 20
DETAIL_LIMIT = 400


class DiagnosticWork(Struct, frozen=True):
    """The work of run_health_check, test_connectivity and collect_diagnostics."""

    database: Database
    reader: DiagnosticReader
    clock: Clock

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step."""
        place = await self.reader.place(run.operation.workspace_id, run.operation.resource_id)
        if step in HEALTH:
            return found_of(run, await self.reader.health(place, step))
        if step in CONNECTIVITY:
            (draft,) = drafts_of(run.operation)
            wanted = Connection(draft.parameters.get("to"), draft.parameters.get("port"))
            return found_of(run, await self.reader.connectivity(place, step, wanted))
        if step == "write_bundle":
            return {"details": await self._bundle(run, place)}
        return {}  # the others only show how far it is: the bundle is of one moment

    async def undo(self, run: Run) -> Undone:
        """Remove what was kept."""
        async with self.database.transaction() as session:
            await session.execute(delete(DiagnosticBundleRow).where(DiagnosticBundleRow.id == run.operation.id))
        return Undone(rolled_back=True, note="Nothing had been changed")

    def message(self, run: Run) -> str:
        """The sentence of a completed action."""
        return told_by(run)

    async def _bundle(self, run: Run, place: Place) -> dict[str, Any]:
        (draft,) = drafts_of(run.operation)
        recorded = await self.reader.diagnoses.record(place.workspace, logs=bool(draft.parameters["include_logs"]))
        findings = await self.reader.findings(place)
        related = self.reader.applications.related(place.workspace, place.application)
        document = {
            "action_id": run.operation.id,
            "application": {
                "id": place.application.id, "name": place.application.name, "project": place.application.project,
                "kind": place.application.kind, "status": place.application.status.value,
                "replicas": place.application.replicas, "trouble": place.application.trouble,
            },
            "findings": [finding_view(one, place.application, None) for one in findings],
            **objects_of(recorded, place.application, related),
        }  # fmt: skip
        data = await asyncio.to_thread(lambda: gzip.compress(msgspec.json.encode(document), 6))
        if len(data) > LARGEST_BYTES:
            message = f"The bundle would have {len(data)} bytes compressed; the limit is {LARGEST_BYTES}"
            raise StepFailedError(message)
        await self._keep(run, place, data)
        return {
            "bundle": f"/api/v1/workspaces/{place.workspace.id}/aiops/diagnostics/{run.operation.id}",
            "size_bytes": len(data),
            "objects": len(document["objects"]),
            "findings": len(findings),
            "kept_until": format_time(self.clock.now() + KEPT),
            "resources_affected": 0,
        }

    async def _keep(self, run: Run, place: Place, data: bytes) -> None:
        now = self.clock.now()
        async with self.database.transaction() as session:
            await lock_if_owner(session, run.operation)
            await session.execute(delete(DiagnosticBundleRow).where(DiagnosticBundleRow.created_at < now - KEPT))
            await session.merge(
                DiagnosticBundleRow(
                    id=run.operation.id, workspace_id=place.workspace.id, application_id=place.application.id,
                    document=data, created_at=now,
                )
            )  # fmt: skip


def told_by(run: Run) -> str:
    """The sentence of a completed reading, with its result if it has one."""
    book = RUNBOOKS[run.operation.kind]
    said = [found["details"] for found in run.found.values() if "details" in found]
    made = next((one["checks"] for one in reversed(said) if "checks" in one), None)
    told = " successfully" if made is None else f": {checks.counted_results([one['result'] for one in made])}"
    return f"{book.words.noun} {book.words.done}{told}"


def found_of(run: Run, made: Sequence[Check], **more: Any) -> Found:
    """This step's checks, after those of the steps before: each step's details replace the earlier ones."""
    earlier = [one for found in run.found.values() for one in (found.get("own") or ())]
    own = [{**asdict(one), "detail": plain(one.detail, DETAIL_LIMIT)} for one in made]
    every = [*earlier, *own]
    result = checks.worst([Check(**one) for one in every])
    return {"own": own, "details": {"result": result, "checks": every, "resources_affected": 0, **more}}
