"""Runs an operation through its steps, continuing where an earlier process stopped.

Nothing is remembered in memory: each step reads the rows, does what is not done yet, and writes what it found.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from hexaops.errors import HexaopsError
from hexaops.features.runs.errors import CancelledByUserError, FencedError
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.store import OperationStore, lock_if_owner, release, steps_of
from hexaops.features.runs.work import Found, Run, Undone, Work
from hexaops.kit.clock import Clock
from hexaops.kit.failpoints import Failpoints
from hexaops.logs import bind_log_context
from hexaops.storage.database import DatabaseUnavailableError
from hexaops.storage.tables import OperationRow

RUN = "operation"
"""The kind of durable run."""
UNAVAILABLE = (DatabaseUnavailableError,)
"""No reason to end an operation, and the end could not be recorded anyway."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 2.0
"""So long may a run pause when the database answers again: a tenth of what a change may take from then on."""

logger = logging.getLogger(__name__)


class OperationRunner(Struct, frozen=True):
    """One for the process; `run` is the durable run's body."""

    store: OperationStore
    works: Mapping[str, Work]
    """Kind of operation → its work."""
    events: OperationEvents
    clock: Clock
    failpoints: Failpoints

    async def run(self, operation_id: str) -> None:
        """Run it to its end; returns immediately if it has ended or another process takes over."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._run(operation_id)
            except UNAVAILABLE as error:
                # What was done is in the tables: once they can be read again, it goes on from there.
                logger.warning("database unavailable; retrying", extra={"reason": type(error).__name__})
            await self.clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _run(self, operation_id: str) -> None:
        operation = await self.store.take_over(operation_id)
        if operation is None:
            return
        bind_log_context(operation_id=operation.id, request_id=operation.request_id or "")
        try:
            await self._carry(Run(operation, self.store), self.works[operation.kind])
        except FencedError:
            logger.info("another process has taken this operation over")

    async def _carry(self, run: Run, work: Work) -> None:
        for step in await self.store.steps(run.operation.id):
            if step.status == "completed":
                run.found[step.name] = step.result
        status = run.operation.status
        if status in {"undoing", "cancelling"}:
            await self._undo(run, work, "cancelled" if status == "cancelling" else _ending(run.operation))
            return
        try:
            details = await self._all_steps(run, work)
        except CancelledByUserError:
            await self._undo(run, work, "cancelled")
        except (FencedError, *UNAVAILABLE):
            raise
        except HexaopsError as error:
            await self._fail(run, work, error.code, error.message)
        except TimeoutError:
            await self._fail(run, work, "TIMED_OUT", "The planned state was not reached in time")
        except Exception as error:  # the edge of the run: whatever happened, the target must not stay held
            logger.exception("operation failed unexpectedly")
            await self._fail(run, work, "INTERNAL_ERROR", f"An unexpected error ({type(error).__name__})")
        else:  # what goes wrong from here on must not undo a change that has succeeded
            await self._complete(run, work, details)

    async def _complete(self, run: Run, work: Work, details: dict[str, Any]) -> None:
        result = {"success": True, "message": work.message(run), "details": details}
        try:
            await self._finish(run, "completed", result)
        except CancelledByUserError:
            await self._undo(run, work, "cancelled")

    async def _all_steps(self, run: Run, work: Work) -> dict[str, Any]:
        details: dict[str, Any] = {}
        for step in await self.store.steps(run.operation.id):
            if step.status != "completed":
                await self.store.start_step(run.operation, step.seq)
                self.failpoints.reach(f"{step.name}.started")
                run.seq, run.noted = step.seq, ""
                run.found[step.name] = await self._one_step(run, work, step.name)
                self.failpoints.reach(f"{step.name}.completed")
            details.update(run.found[step.name].get("details") or {})
        return details

    async def _one_step(self, run: Run, work: Work, name: str) -> Found:
        try:
            result = await work.perform(run, name)
        except CancelledByUserError:
            await self.store.end_step(run.operation, run.seq, "cancelled")
            raise
        except UNAVAILABLE:
            raise
        except (HexaopsError, TimeoutError) as error:
            await self.store.end_step(run.operation, run.seq, "failed", error=_text(error))
            raise
        await self.store.end_step(run.operation, run.seq, "completed", result=result)
        return result

    async def _fail(self, run: Run, work: Work, code: str, message: str) -> None:
        run.operation.error_code, run.operation.error_message = code, message
        await self.store.set_status(run.operation, "undoing", error=(code, message))
        run.operation.status = "undoing"
        self.failpoints.reach("undo.started")
        await self._undo(run, work, "failed")

    async def _undo(self, run: Run, work: Work, ending: str) -> None:
        """Undo any writes and report whether that worked."""
        await self.store.set_status(run.operation, "undoing", error=_cancelled(ending))
        try:
            undone = await work.undo(run)
        except UNAVAILABLE:
            raise
        except (HexaopsError, TimeoutError) as error:
            undone = Undone(rolled_back=False, note=f"Undoing failed: {_text(error)}")
        why = "Cancelled" if ending == "cancelled" else run.operation.error_message or "Failed"
        result = {
            "success": False,
            "message": f"{why}. {undone.note}",
            "rolled_back": undone.rolled_back,
            "details": {"note": undone.note},
        }
        await self._finish(run, ending, result)

    async def _finish(self, run: Run, status: str, result: dict[str, Any]) -> None:
        self.failpoints.reach("operation.ending")
        async with self.store.database.transaction() as session:
            # Whoever was told that it is being cancelled must not find it completed.
            row = await lock_if_owner(session, run.operation, cancelling_too=status != "completed")
            row.status = status
            row.result = result
            row.completed_at = row.updated_at = self.clock.now()
            for step in await steps_of(session, row.id):
                if step.status in {"pending", "in_progress"}:
                    step.status = "cancelled" if status == "cancelled" else "skipped"
            await release(session, row.id)
            await self.events.ended(session, row, affected=int(result["details"].get("resources_affected", 0)))
        self.failpoints.reach("operation.ended")


def _ending(operation: OperationRow) -> str:
    return "cancelled" if operation.error_code == "CANCELLED" else "failed"


def _cancelled(ending: str) -> tuple[str, str] | None:
    return ("CANCELLED", "Cancelled on request") if ending == "cancelled" else None


def _text(error: Exception) -> str:
    if isinstance(error, HexaopsError):
        return error.message
    return "the planned state was not reached in time"
