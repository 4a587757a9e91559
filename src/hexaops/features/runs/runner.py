"""Carries one operation through its steps, from wherever an earlier process left it.

Nothing is remembered in memory: each step reads the rows, does what is not done yet, and writes what it found.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.exc import InterfaceError, OperationalError

from hexaops.errors import HexaopsError
from hexaops.features.changes.errors import (
    CancelledByUserError,
    FencedError,
)
from hexaops.features.changes.steps import Change, Steps
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.store import OperationStore, lock_if_owner, steps_of
from hexaops.kit.clock import Clock
from hexaops.kit.failpoints import Failpoints
from hexaops.logs import bind_log_context
from hexaops.runbooks.model import Draft, TargetRef
from hexaops.storage.database import DatabaseUnavailableError
from hexaops.storage.tables import OperationRow

RUN = "operation"
"""The kind of durable run."""

AWAY = (OperationalError, InterfaceError, DatabaseUnavailableError)
"""The database cannot be reached, or not now: no reason to end an operation, which could not be recorded either."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OperationRunner:
    """One for the process; `run` is the durable run's body."""

    store: OperationStore
    steps: Steps
    events: OperationEvents
    clock: Clock
    failpoints: Failpoints

    async def run(self, operation_id: str) -> None:
        """Carry it to its end; returns at once when it has ended, or when another process takes it over."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._run(operation_id)
            except AWAY as error:
                # What was done is in the tables: once they can be read again, it goes on from there.
                logger.warning("the database is away; the operation waits", extra={"reason": type(error).__name__})
            await self.clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _run(self, operation_id: str) -> None:
        operation = await self.store.take_over(operation_id)
        if operation is None:
            return
        bind_log_context(operation_id=operation.id, request_id=operation.request_id or "")
        change = Change(
            operation=operation,
            draft=msgspec.convert(operation.plan["draft"], Draft),
            target=msgspec.convert(operation.plan["target"], TargetRef),
        )
        try:
            await self._carry(change)
        except FencedError:
            logger.info("another process goes on with this operation")

    async def _carry(self, change: Change) -> None:
        for step in await self.store.steps(change.operation.id):
            if step.status == "completed":
                change.results[step.name] = step.result
        status = change.operation.status
        if status in {"undoing", "cancelling"}:
            await self._undo(change, "cancelled" if status == "cancelling" else _ending(change.operation))
            return
        try:
            result = await self._all_steps(change)
            await self._finish(change, "completed", result)
        except CancelledByUserError:
            await self._undo(change, "cancelled")
        except (FencedError, *AWAY):
            raise
        except HexaopsError as error:
            await self._fail(change, error.code, error.message)
        except TimeoutError:
            await self._fail(change, "TIMED_OUT", "The application did not reach the planned state in time")
        except Exception as error:  # the edge of the run: whatever happened, the target must not stay held
            logger.exception("operation failed unexpectedly")
            await self._fail(change, "INTERNAL_ERROR", f"An unexpected error ({type(error).__name__})")

    async def _all_steps(self, change: Change) -> dict[str, Any]:
        details: dict[str, Any] = {}
        for step in await self.store.steps(change.operation.id):
            if step.status != "completed":
                await self.store.start_step(change.operation, step.seq)
                self.failpoints.reach(f"{step.name}.started")
                change.results[step.name] = await self._one_step(change, step.seq, step.name)
                self.failpoints.reach(f"{step.name}.completed")
            details.update(change.results[step.name].get("details") or {})
        return {"success": True, "message": _message(change), "details": details}

    async def _one_step(self, change: Change, seq: int, name: str) -> Mapping[str, Any]:
        try:
            result = await self.steps.perform(name, change)
        except CancelledByUserError:
            await self.store.end_step(change.operation, seq, "cancelled")
            raise
        except (HexaopsError, TimeoutError) as error:
            await self.store.end_step(change.operation, seq, "failed", error=_text(error))
            raise
        await self.store.end_step(change.operation, seq, "completed", result=result)
        return result

    async def _fail(self, change: Change, code: str, message: str) -> None:
        change.operation.error_code, change.operation.error_message = code, message
        await self.store.set_status(change.operation, "undoing", error=(code, message))
        change.operation.status = "undoing"
        self.failpoints.reach("undo.started")
        await self._undo(change, "failed")

    async def _undo(self, change: Change, ending: str) -> None:
        """Put back what was there before, if anything was written, and say whether that worked."""
        await self.store.set_status(change.operation, "undoing", error=_cancelled(ending))
        try:
            rolled_back, note = await self.steps.undo(change)
        except AWAY:
            raise
        except (HexaopsError, TimeoutError) as error:
            rolled_back, note = False, f"Undoing failed: {_text(error)}"
        why = "Cancelled" if ending == "cancelled" else change.operation.error_message or "Failed"
        details = {"note": note}
        result = {"success": False, "message": f"{why}. {note}", "rolled_back": rolled_back, "details": details}
        await self._finish(change, ending, result)

    async def _finish(self, change: Change, status: str, result: dict[str, Any]) -> None:
        self.failpoints.reach("operation.ending")
        async with self.store.database.transaction() as session:
            # Who was told that it is being cancelled must not find it completed.
            row = await lock_if_owner(session, change.operation, cancelling_too=status != "completed")
            row.status = status
            row.result = result
            row.completed_at = row.updated_at = self.clock.now()
            for step in await steps_of(session, row.id):
                if step.status in {"pending", "in_progress"}:
                    step.status = "cancelled" if status == "cancelled" else "skipped"
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


def _message(change: Change) -> str:
    done = {
        "restart_application": "restarted",
        "scale_application": f"scaled to {change.draft.replicas_after} replicas",
        "start_application": "started",
        "stop_application": "stopped",
    }[change.draft.action]
    return f"Application {done} successfully"
