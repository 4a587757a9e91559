"""The only code that writes to a cluster: dry run, intent, call, outcome.

A process may die at any line. A recorded intent without an outcome means "perhaps sent": the object is read back
before anything is sent again. Without an intent nothing was sent. A patch carries the resourceVersion of that very
read, a deletion or eviction the uid, a creation its name, so that no late copy of a call can be applied twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import (
    EvictionRefusedError,
    KubernetesConflictError,
    KubernetesNotFoundError,
    KubernetesUnavailableError,
)
from hexaops.features.audit.event import Outcome
from hexaops.features.changes.errors import GuardrailRefusedError, PlanStaleError
from hexaops.features.changes.owndata import Unseal, unreadable
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.store import lock_if_owner
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.ownership import why_not_owned
from hexaops.kit.backoff import Backoff
from hexaops.kit.clock import Clock
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.ids import new_id
from hexaops.kit.timeout import Timeout
from hexaops.runbooks.live import LiveObject, LiveWorkload
from hexaops.runbooks.model import FieldChange, TargetRef, Write, Written
from hexaops.runbooks.workloads import WORKLOADS
from hexaops.storage.database import Database
from hexaops.storage.tables import OperationRow, WriteIntentRow

ATTEMPTS = 10
"""Retries on conflict, because status updates keep changing the resourceVersion."""
CONFLICT_PAUSE_SECONDS = 0.05
"""Doubled each time: an undoing comes when a rollout is at its busiest, and must get through."""
PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
PATIENCE_SECONDS = 60.0
"""How long a read waits for an unavailable API server; nothing is sent, judged or undone without it."""
NOT_APPLIED = "not_applied"
"""Outcome of a write that was refused or never arrived, determined by reading back."""
VELEROS = frozenset({"Backup", "Restore"})
Purpose = Literal["apply", "undo"]


class NumberedWrite(Struct, frozen=True):
    """A write of an operation: unique by its number and purpose."""

    seq: int
    purpose: Purpose
    write: Write

    def point(self, moment: str) -> str:
        """The name of a failpoint: that of the first write has no number."""
        number = f"{self.seq}." if self.seq else ""
        return f"{self.purpose}.{number}{moment}"


def undoing(seq: int, write: Write, written: Written) -> NumberedWrite:
    """The write that undoes another."""
    assert write.undo is not None
    back = tuple(FieldChange(one.path, one.after, one.before) for one in write.changes)
    uid = "" if write.undo.verb == "create" else write.target.uid or written.uid
    target = msgspec.structs.replace(write.target, uid=uid)
    undo = Write(target=target, call=write.undo, undo=None, changes=back, pins_generation=False)
    return NumberedWrite(seq, "undo", undo)


class GuardedWriter:
    """Sends planned calls under the writing identity of the operation's cluster."""

    def __init__(
        self, database: Database, clusters: Clusters, events: OperationEvents, *, automation: AutomationSwitch,
        clock: Clock, failpoints: Failpoints, unseal: Unseal,
    ) -> None:  # fmt: skip
        self._database = database
        self._clusters = clusters
        self._events = events
        self._automation = automation
        self._clock = clock
        self._failpoints = failpoints
        self._unseal = unseal

    async def write(self, operation: OperationRow, numbered: NumberedWrite) -> WriteIntentRow:
        """Make the call once; returns its record. Raises PlanStaleError, FencedError or a KubernetesError."""
        earlier = await self.find_intent(operation, numbered.seq, numbered.purpose)
        if earlier is not None and earlier.finished_at is not None:
            return earlier
        write = numbered.write
        refusal: EvictionRefusedError | None = None
        for attempt in range(ATTEMPTS):
            live = await self.read(operation.cluster_id, write.target)
            if earlier is not None and is_applied(live, write):
                return await self.record_outcome(operation, earlier, "found_applied", live)
            check_unchanged(live, write)
            try:
                # The plan's dry run may be of an older resourceVersion: this one is of the very object that is written.
                await self.send(operation, numbered, live, dry_run=True)
                earlier = await self.record_intent(operation, numbered, live)
                await self.send(operation, numbered, live)
            except EvictionRefusedError as error:
                refusal = error
                await self._pause(PAUSE_SECONDS, attempt)
                continue
            except KubernetesConflictError:
                await self._pause(CONFLICT_PAUSE_SECONDS, attempt)
                continue
            except KubernetesNotFoundError:
                if write.call.verb not in {"delete", "evict"}:
                    raise
                continue  # it went between the reading and the call: read back as gone
            except KubernetesUnavailableError:
                # The reply is lost, not necessarily the call: what was done is read back.
                if attempt == ATTEMPTS - 1:
                    raise
                await self._pause(PAUSE_SECONDS, attempt)
                continue
            after = await self.read(operation.cluster_id, write.target)
            return await self.record_outcome(operation, earlier, "applied", after)
        if refusal is not None:
            raise budget_refusal(refusal)
        raise PlanStaleError("it changes faster than it can be written")

    async def _pause(self, first_seconds: float, attempt: int) -> None:
        await self._clock.sleep(Backoff(first_seconds, LONGEST_PAUSE_SECONDS).seconds(attempt + 1))

    async def record_intent(
        self, operation: OperationRow, numbered: NumberedWrite, live: LiveObject | None
    ) -> WriteIntentRow:
        """Commit the intent and its audit row under the lock: no record, no write."""
        version = live.target.resource_version if live else ""
        async with self._database.transaction() as session:
            await lock_if_owner(session, operation, cancelling_too=numbered.purpose == "undo")
            if numbered.purpose == "apply":
                await self._check_allowed(session, operation, numbered.write)
            row = await intent_of(session, operation.id, numbered.seq, numbered.purpose)
            if row is None:
                row = WriteIntentRow(
                    id=new_id("write_"), operation_id=operation.id, seq=numbered.seq, purpose=numbered.purpose,
                    response={}, created_at=self._clock.now(), call=msgspec.to_builtins(numbered.write.call),
                    fence=operation.fence, resource_version=version,
                )  # fmt: skip
                session.add(row)
                await self._record(session, operation, "intended", intended(numbered))
            row.fence = operation.fence
            row.resource_version = version
        self._failpoints.reach(numbered.point("intent_recorded"))
        return row

    async def _check_allowed(self, session: AsyncSession, operation: OperationRow, write: Write) -> None:
        """Re-check what may have been forbidden since confirmation. Undo writes are always allowed."""
        await self._automation.check(operation.workspace_id, session)
        for namespace in namespaces_of(write):
            lost = await why_not_owned(
                session, workspace_id=operation.workspace_id, cluster_id=operation.cluster_id, namespace=namespace
            )
            if lost:
                raise PlanStaleError(lost, field="workspace")

    async def send(
        self, operation: OperationRow, numbered: NumberedWrite, live: LiveObject | None, *, dry_run: bool = False
    ) -> None:
        """The call itself, with its preconditions."""
        writer = self._clusters.get(operation.cluster_id).writer
        await send_call(writer, numbered.write, live, dry_run=dry_run, unseal=self._unseal)
        if not dry_run:
            self._failpoints.reach(numbered.point("sent"))

    async def record_outcome(
        self, operation: OperationRow, intent: WriteIntentRow, outcome: str, live: LiveObject | None
    ) -> WriteIntentRow:
        """Commit the outcome with its audit row."""
        async with self._database.transaction() as session:
            await lock_if_owner(session, operation, cancelling_too=True)
            row = await session.get_one(WriteIntentRow, intent.id)
            row.finished_at = self._clock.now()
            row.outcome = outcome
            row.response = msgspec.to_builtins(written_of(live))
            details = {"purpose": row.purpose, "write": row.seq, "outcome": outcome, **row.response}
            await self._record(session, operation, "failed" if outcome == NOT_APPLIED else "ok", details)
        number = f"{row.seq}." if row.seq else ""
        self._failpoints.reach(f"{row.purpose}.{number}outcome_recorded")
        return row

    async def _record(
        self, session: AsyncSession, operation: OperationRow, outcome: Outcome, details: dict[str, Any]
    ) -> None:
        await self._events.record(session, operation, "change.write", outcome, details)
        if outcome != "intended":
            self._events.metrics.cluster_writes.labels(operation.kind, details["outcome"]).inc()

    async def find_intent(self, operation: OperationRow, seq: int, purpose: Purpose) -> WriteIntentRow | None:
        """The record of the operation's write, or None when none was begun."""
        async with self._database.reading() as session:
            return await intent_of(session, operation.id, seq, purpose)

    async def intents(self, operation_id: str, purpose: Purpose) -> dict[int, WriteIntentRow]:
        """All records of a purpose by the number of their write."""
        query = select(WriteIntentRow).where(
            WriteIntentRow.operation_id == operation_id, WriteIntentRow.purpose == purpose
        )
        async with self._database.reading() as session:
            return {row.seq: row for row in await session.scalars(query)}

    async def read(self, cluster_id: str, target: TargetRef) -> LiveObject | None:
        """Read the target from the API server, waiting if it is unavailable; None if it does not exist."""
        reader = self._clusters.get(cluster_id).reader
        patience, pause = Timeout(PATIENCE_SECONDS, self._clock), PAUSE_SECONDS
        while True:
            try:
                return await read_object(reader, target.kind, target.namespace, target.name)
            except KubernetesUnavailableError:
                if patience.left() <= pause:
                    raise
            await self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def read_object(reader: KubernetesClient, kind: str, namespace: str, name: str) -> LiveObject | None:
    """One object as the API server has it now, or None."""
    try:
        # Whether a Secret is there, and which, is all that a change may know of it.
        read = reader.get_metadata if kind == "Secret" else reader.get
        document = await read(kind, namespace, name)
    except KubernetesNotFoundError:
        return None
    return LiveWorkload(document, kind) if kind in WORKLOADS else LiveObject(document, kind)


async def send_call(
    writer: KubernetesClient, write: Write, live: LiveObject | None, *, dry_run: bool, unseal: Unseal = unreadable
) -> dict[str, Any] | None:
    """Send a call with the read's resourceVersion and uid as preconditions; a sealed body is decrypted here only.

    Returns the object (of a scale, its part) as it is or, dry, would be; None for one that is gone.
    """
    target, call = write.target, write.call
    where = (target.kind, target.namespace, target.name)
    version = live.target.resource_version if live else ""
    if call.verb == "scale":
        replicas = int(call.body["spec"]["replicas"])
        scale = await writer.patch_scale(*where, replicas, resource_version=version, dry_run=dry_run)
        return {"spec": {"replicas": scale.desired}}
    if call.verb == "patch":
        body = {
            **call.body,
            "metadata": {**call.body.get("metadata", {}), "uid": target.uid, "resourceVersion": version},
        }
        return await writer.patch(*where, body, patch_type=call.patch_type, dry_run=dry_run)
    if call.verb == "create":
        body = unseal(call.sealed) if call.sealed else call.body
        return await writer.create(target.kind, target.namespace, body, dry_run=dry_run)
    if call.verb == "evict":
        await writer.evict(target.namespace, target.name, uid=target.uid, dry_run=dry_run)
    else:
        await writer.delete(*where, uid=target.uid, dry_run=dry_run)
    return None


def namespaces_of(write: Write) -> Sequence[str]:
    """Whose objects a write is about: Velero's stand in its own namespace and name those."""
    if write.target.kind in VELEROS:
        return [str(one) for one in write.call.body["spec"]["includedNamespaces"]]
    return (write.target.namespace,)


def budget_refusal(error: EvictionRefusedError) -> GuardrailRefusedError:
    """Rule 7, as the API server itself applies it to an eviction."""
    return GuardrailRefusedError(7, error.message, possible="wait until the disruption budget allows it, or change it")


async def intent_of(session: AsyncSession, operation_id: str, seq: int, purpose: Purpose) -> WriteIntentRow | None:
    """The record of a write, inside a transaction."""
    query = select(WriteIntentRow).where(
        WriteIntentRow.operation_id == operation_id, WriteIntentRow.seq == seq, WriteIntentRow.purpose == purpose
    )
    return (await session.scalars(query)).first()


def intended(numbered: NumberedWrite) -> dict[str, Any]:
    """The audit details of a write that is about to be sent."""
    write = numbered.write
    return {
        "purpose": numbered.purpose,
        "write": numbered.seq,
        "target": str(write.target),
        "uid": write.target.uid,
        "verb": write.call.verb,
        "body": write.call.body,
    }


def is_applied(live: LiveObject | None, write: Write) -> bool:
    """Whether the object is already as the call would leave it."""
    if write.call.verb in {"delete", "evict"}:
        return live is None or live.target.uid != write.target.uid or live.deleting
    if live is None or (write.target.uid and live.target.uid != write.target.uid):
        return False
    return all(live.field(change.path) == change.after for change in write.changes)


def check_unchanged(live: LiveObject | None, write: Write) -> None:
    """Raise PlanStaleError unless the target is still as planned."""
    if write.call.verb == "create":
        if live is not None:
            raise PlanStaleError("it exists meanwhile", field="uid")
        return
    if live is None or live.target.uid != write.target.uid or live.deleting:
        raise PlanStaleError("it was deleted or created anew", field="uid")
    if write.pins_generation and write.call.verb != "evict" and live.target.generation != write.target.generation:
        raise PlanStaleError("its specification was changed", field="generation")
    for change in write.changes:
        if live.field(change.path) != change.before:
            raise PlanStaleError(f"{change.path} was changed", field=change.path)


def written_of(live: LiveObject | None) -> Written:
    """What is recorded of an object after a write."""
    if live is None:
        return Written()
    target = live.target
    return Written(generation=target.generation, resource_version=target.resource_version, uid=target.uid)
