"""The one way to write to a cluster: a dry run of the exact call, the intent, the call, then its outcome.

A process may die at any line. A recorded intent without an outcome means "perhaps sent": the object is read back
before anything is sent again. Without an intent nothing was sent. The call carries the resourceVersion of that very
read, so a late copy of it cannot be applied to a changed object, and every planned call is idempotent by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import KubernetesConflictError, KubernetesUnavailableError
from hexaops.features.changes.errors import PlanStaleError
from hexaops.features.changes.ownership import check_owned
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.store import intent_of, lock_if_owner
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.clock import Clock
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.ids import new_id
from hexaops.kit.timeout import Timeout
from hexaops.runbooks.model import Change, LiveWorkload, PlannedCall, TargetRef
from hexaops.storage.database import Database
from hexaops.storage.tables import OperationRow, WriteIntentRow

ATTEMPTS = 10
"""Status updates change the resourceVersion all the time: a conflict is read again, and tried again this often."""
CONFLICT_PAUSE_SECONDS = 0.05
"""Doubled each time: an undoing comes when a rollout is at its busiest, and must get through."""
PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
PATIENCE_SECONDS = 60.0
"""How long a reading waits for an API server that is away: nothing is sent, judged or undone without it."""


@dataclass(frozen=True)
class Write:
    """What shall be true afterwards, and what must be true before."""

    purpose: str
    """apply or undo: an operation writes each at most once."""
    target: TargetRef
    call: PlannedCall
    before: tuple[Change, ...]
    """Planned fields: each must still have its `before`, or already its `after`."""
    generation: int | None
    """The generation that must still be there; None: not demanded (an undo comes after our own write)."""


class GuardedWriter:
    """Sends planned calls under the writing identity."""

    def __init__(
        self, database: Database, cluster: Cluster, events: OperationEvents, *, automation: AutomationSwitch,
        clock: Clock, failpoints: Failpoints,
    ) -> None:  # fmt: skip
        self._database = database
        self._cluster = cluster
        self._events = events
        self._automation = automation
        self._clock = clock
        self._failpoints = failpoints

    async def write(self, operation: OperationRow, write: Write) -> WriteIntentRow:
        """Make the call once; returns its record. Raises PlanStaleError, FencedError or a KubernetesError."""
        earlier = await self.find_intent(operation, write.purpose)
        if earlier is not None and earlier.finished_at is not None:
            return earlier
        for attempt in range(ATTEMPTS):
            live = await self.read(write.target)
            if earlier is not None and is_applied(live, write):
                return await self.record_outcome(operation, earlier, "found_applied", live)
            check_unchanged(live, write)
            try:
                # The plan's dry run may be of an older resourceVersion: this one is of the very object that is written.
                await self.send(write, live, dry_run=True)
                earlier = await self.record_intent(operation, write, live)
                await self.send(write, live)
            except KubernetesConflictError:
                await self._pause(CONFLICT_PAUSE_SECONDS, attempt)
                continue
            except KubernetesUnavailableError:
                # The reply is lost, not necessarily the call: what was done is read back.
                if attempt == ATTEMPTS - 1:
                    raise
                await self._pause(PAUSE_SECONDS, attempt)
                continue
            return await self.record_outcome(operation, earlier, "applied", await self.read(write.target))
        raise PlanStaleError("it changes faster than it can be written")

    async def _pause(self, first_seconds: float, attempt: int) -> None:
        await self._clock.sleep(min(first_seconds * 2**attempt, LONGEST_PAUSE_SECONDS))

    async def record_intent(self, operation: OperationRow, write: Write, live: LiveWorkload) -> WriteIntentRow:
        """Commit what is about to be sent, under the fence, with its audit row: no record, no write."""
        async with self._database.transaction() as session:
            await lock_if_owner(session, operation, cancelling_too=write.purpose == "undo")
            if write.purpose == "apply":
                await self._check_allowed(session, operation, write.target)
            row = await intent_of(session, operation.id, write.purpose)
            if row is None:
                row = WriteIntentRow(
                    id=new_id("write_"), operation_id=operation.id, purpose=write.purpose, response={},
                    created_at=self._clock.now(), call=msgspec.to_builtins(write.call), fence=operation.fence,
                    resource_version=live.target.resource_version,
                )  # fmt: skip
                session.add(row)
                await self._events.write_intended(session, operation, write)
            row.fence = operation.fence
            row.resource_version = live.target.resource_version
        self._failpoints.reach(f"{write.purpose}.intent_recorded")
        return row

    async def _check_allowed(self, session: AsyncSession, operation: OperationRow, target: TargetRef) -> None:
        """What may have been forbidden since the plan was confirmed. What puts a change back is never forbidden."""
        await self._automation.check(operation.workspace_id, session)
        await check_owned(
            session, workspace_id=operation.workspace_id, cluster_id=operation.cluster_id, namespace=target.namespace
        )

    async def send(self, write: Write, live: LiveWorkload, *, dry_run: bool = False) -> None:
        """The call itself, with the read's resourceVersion and uid as preconditions."""
        target, version = write.target, live.target.resource_version
        if write.call.scales:
            replicas = int(write.call.body["spec"]["replicas"])
            await self._cluster.writer.patch_scale(
                target.kind, target.namespace, target.name, replicas, resource_version=version, dry_run=dry_run
            )
        else:
            body = {**write.call.body, "metadata": {"uid": target.uid, "resourceVersion": version}}
            await self._cluster.writer.patch(target.kind, target.namespace, target.name, body, dry_run=dry_run)
        if not dry_run:
            self._failpoints.reach(f"{write.purpose}.sent")

    async def record_outcome(
        self, operation: OperationRow, intent: WriteIntentRow, outcome: str, live: LiveWorkload
    ) -> WriteIntentRow:
        """Commit what became of it, with its audit row."""
        async with self._database.transaction() as session:
            await lock_if_owner(session, operation, cancelling_too=True)
            row = await session.get_one(WriteIntentRow, intent.id)
            row.finished_at = self._clock.now()
            row.outcome = outcome
            row.response = {
                "generation": live.target.generation,
                "resource_version": live.target.resource_version,
                "uid": live.target.uid,
            }
            await self._events.write_finished(session, operation, row)
        self._failpoints.reach(f"{intent.purpose}.outcome_recorded")
        return row

    async def find_intent(self, operation: OperationRow, purpose: str) -> WriteIntentRow | None:
        """The record of the operation's write for this purpose, or None when none was begun."""
        async with self._database.reading() as session:
            return await intent_of(session, operation.id, purpose)

    async def read(self, target: TargetRef) -> LiveWorkload:
        """The target as the API server has it now, which is waited for while it is away."""
        patience, pause = Timeout(PATIENCE_SECONDS, self._clock), PAUSE_SECONDS
        while True:
            try:
                document = await self._cluster.reader.get(target.kind, target.namespace, target.name)
            except KubernetesUnavailableError:
                if patience.left() <= pause:
                    raise
            else:
                return LiveWorkload(document, target.kind)
            await self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def is_applied(live: LiveWorkload, write: Write) -> bool:
    """Whether the object already is as the call would make it."""
    same = live.target.uid == write.target.uid
    return same and all(live.field(change.path) == change.after for change in write.before)


def check_unchanged(live: LiveWorkload, write: Write) -> None:
    """Raise PlanStaleError unless the target still is what the plan was made for."""
    if live.target.uid != write.target.uid or live.deleting:
        raise PlanStaleError("it was deleted or created anew", field="uid")
    if write.generation is not None and live.target.generation != write.generation:
        raise PlanStaleError("its specification was changed", field="generation")
    for change in write.before:
        if live.field(change.path) != change.before:
            raise PlanStaleError(f"{change.path} was changed", field=change.path)
