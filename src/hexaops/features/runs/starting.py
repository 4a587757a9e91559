"""Starts work that has no plan: a scan, a backup, a chain of changes that are planned while it runs.

One transaction takes the resource, makes the operation with its steps, writes the webhook and the audit event and
enqueues the durable run: after a crash all of it is there, or nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.audit.event import AuditEvent
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.store import OperationStore, estimated_end, hold, holder_of, steps_of
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_time
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.ids import new_id
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import OperationRow, OperationStepRow


class NewOperation(Struct, frozen=True, kw_only=True):
    """What is to be started."""

    kind: str
    run: str
    """The kind of durable run that carries it: those that wait for others need places of their own."""
    workspace_id: str
    cluster_id: str
    resource: str
    """What it holds: one operation at a time."""
    resource_id: str
    """How callers name that."""
    description: str
    parameters: Mapping[str, Any]
    steps: Sequence[tuple[str, float]]
    """Names and assumed seconds."""
    actor: AuditEvent
    context: Mapping[str, Any] = field(default_factory=dict)
    """Why it is done, as the caller says it."""
    parent_id: str | None = None
    """The operation that it is a part of."""


Beside = Callable[[AsyncSession, OperationRow], Awaitable[None]]


class OperationStarter(Struct, frozen=True):
    """One for the process."""

    store: OperationStore
    events: OperationEvents
    engine: DurableEngine
    clock: Clock
    failpoints: Failpoints

    async def start(self, new: NewOperation, beside: Beside | None = None) -> str:
        """The operation's id; `beside` adds rows to the same transaction. Raises OperationInProgressError."""
        await self._check_free(new)
        usual = await self.store.usual_seconds(new.kind, new.resource)
        try:
            async with self.store.database.transaction() as session:
                operation = self._row(new)
                session.add(operation)
                await session.flush()
                await hold(session, operation.id, [new.resource])
                session.add_all(self._steps(operation.id, new, usual))
                await session.flush()
                if beside is not None:
                    await beside(session, operation)
                await self.engine.enqueue(session, new.run, run_id=operation.id, argument=operation.id)
                await self.events.started(session, operation, new.actor)
        except IntegrityError:
            await self._check_free(new)
            raise
        self.failpoints.reach("operation.accepted")
        return operation.id

    async def _check_free(self, new: NewOperation) -> None:
        async with self.store.database.reading() as session:
            holder = await holder_of(session, [new.resource])
            if holder is None:
                return
            end = estimated_end(holder, await steps_of(session, holder.id))
        raise OperationInProgressError(new.resource_id, holder.kind, format_time(end) if end else None)

    def _row(self, new: NewOperation) -> OperationRow:
        now = self.clock.now()
        return OperationRow(
            id=new_id("op-"), surface="operation", kind=new.kind, workspace_id=new.workspace_id,
            cluster_id=new.cluster_id, resource=new.resource, resource_id=new.resource_id, status="queued",
            parameters=dict(new.parameters), plan={"context": dict(new.context)}, plan_id=None,
            description=new.description[:512], requested_by=new.actor.actor_id, session_id=new.parent_id,
            message_id=None, request_id=new.actor.request_id, fence=0, prior={}, result={}, error_code=None,
            error_message=None, rollback_of=None, started_at=now, updated_at=now, completed_at=None,
        )  # fmt: skip

    def _steps(self, operation_id: str, new: NewOperation, usual: Mapping[str, float]) -> list[OperationStepRow]:
        return [
            OperationStepRow(
                operation_id=operation_id, seq=seq, name=name, status="pending",
                estimated_seconds=usual.get(name, seconds), started_at=None, finished_at=None, result={},
                progress=None, error_message=None,
            )
            for seq, (name, seconds) in enumerate(new.steps)
        ]  # fmt: skip
