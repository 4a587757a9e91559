"""Carries out confirmed changes of rules and alerts. Each step may be started again from its first line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.alerts.states import AlertStates
from hexaops.features.alerts.store import AlertRecords, open_alert
from hexaops.features.changes.errors import PlanStaleError
from hexaops.features.changes.work import drafts_of
from hexaops.features.runs.errors import NotVerifiedError, StepFailedError
from hexaops.features.runs.store import lock_if_owner
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.kit.durations import parse_time
from hexaops.runbooks.alerts import RULE
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.model import FieldChange, RecordChange
from hexaops.storage.database import Database
from hexaops.storage.tables import AlertRow, AlertRuleRow, OperationRow

OPPOSITE: Mapping[str, Literal["create", "update", "delete"]] = {
    "create": "delete", "delete": "create", "update": "update",
}  # fmt: skip
MOST_RULES = 200
"""Of one workspace: each is read and judged every round."""


class AlertWork(Struct, frozen=True):
    """The work of create_alert, acknowledge_alert, silence_alert and delete_alert."""

    database: Database
    records: AlertRecords
    states: AlertStates

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step."""
        record = _record(run)
        if step == "validate_alert":
            await self._check_as_planned(run, record)
            return {}
        if step == "apply_alert":
            async with self.database.transaction() as session:
                operation = await lock_if_owner(session, run.operation)
                await self._apply(session, operation, record)
            return {"details": {**_named(record), "resources_affected": 1}}
        await self._verify(run, record)
        return {}

    async def undo(self, run: Run) -> Undone:
        """Put the row back."""
        record = _record(run)
        async with self.database.transaction() as session:
            operation = await lock_if_owner(session, run.operation, cancelling_too=True)
            if not await _is_applied(session, record):
                return Undone(rolled_back=True, note="Nothing had been changed")
            await self._apply(session, operation, undoing(record))
        return Undone(rolled_back=True, note="What was there before is restored")

    def message(self, run: Run) -> str:
        """The sentence of a completed change."""
        (draft,) = drafts_of(run.operation)
        book = RUNBOOKS[draft.action]
        return f"{book.words.noun} {book.done(draft)} successfully"

    async def _check_as_planned(self, run: Run, record: RecordChange) -> None:
        if record.verb == "create":
            return
        found = await self.records.find(run.operation.workspace_id, record.kind, record.id)
        if found is None:
            raise PlanStaleError("it was deleted meanwhile", field="alert_id")
        for change in record.changes:
            name = change.path.strip("/")
            if found.fields.get(name) not in {change.before, change.after}:
                raise PlanStaleError(f"{name} was changed", field=name)

    async def _apply(self, session: AsyncSession, operation: OperationRow, record: RecordChange) -> None:
        if record.kind == RULE and record.verb == "create":
            await self._create(session, operation, record)
        elif record.kind == RULE and record.verb == "delete":
            rule = await session.get(AlertRuleRow, record.id, with_for_update=True)
            if rule is not None:
                await session.delete(rule)
        elif record.kind == RULE:
            await self._silence(session, operation, record)
        else:
            await self._acknowledge(session, operation, record)

    async def _create(self, session: AsyncSession, operation: OperationRow, record: RecordChange) -> None:
        if await session.get(AlertRuleRow, record.id) is not None:
            return
        query = select(func.count()).where(AlertRuleRow.workspace_id == operation.workspace_id)
        if (await session.scalar(query) or 0) >= MOST_RULES:
            message = f"The workspace has {MOST_RULES} alert rules, which is the maximum; delete one first"
            raise StepFailedError(message)
        session.add(
            AlertRuleRow(
                id=record.id, workspace_id=operation.workspace_id, cluster_id=operation.cluster_id,
                silenced_until=None, created_by=operation.requested_by, created_at=self.states.clock.now(),
                **record.fields,
            )
        )  # fmt: skip

    async def _silence(self, session: AsyncSession, operation: OperationRow, record: RecordChange) -> None:
        rule = await session.get(AlertRuleRow, record.id, with_for_update=True)
        if rule is None:
            raise PlanStaleError("it was deleted meanwhile", field="alert_id")
        rule.silenced_until = _time(record.changes[0].after)
        alert = await open_alert(session, rule.id)
        if alert is not None:
            await self.states.settle_silence(session, rule, alert, operation.requested_by)

    async def _acknowledge(self, session: AsyncSession, operation: OperationRow, record: RecordChange) -> None:
        alert = await session.get(AlertRow, record.id, with_for_update=True)
        if alert is None or alert.status == "resolved":
            raise PlanStaleError("it is resolved", field="status")
        wanted = record.changes[0].after
        if alert.status != wanted:
            rule = await session.get_one(AlertRuleRow, alert.rule_id)
            acknowledged = wanted == "acknowledged"
            await self.states.acknowledge(
                session, rule, alert, actor=operation.requested_by, acknowledged=acknowledged
            )  # fmt: skip

    async def _verify(self, run: Run, record: RecordChange) -> None:
        async with self.database.reading() as session:
            await lock_if_owner(session, run.operation)
            if not await _is_applied(session, record):
                message = "The record has changed since it was planned"
                raise NotVerifiedError(message)


def undoing(record: RecordChange) -> RecordChange:
    """The change that puts a row back."""
    changes = tuple(FieldChange(one.path, one.after, one.before) for one in record.changes)
    return RecordChange(
        kind=record.kind, id=record.id, verb=OPPOSITE[record.verb], fields=record.fields, changes=changes
    )  # fmt: skip


async def _is_applied(session: AsyncSession, record: RecordChange) -> bool:
    if record.kind == RULE:
        rule = await session.get(AlertRuleRow, record.id)
        if record.verb != "update" or rule is None:
            return (rule is None) is (record.verb == "delete")
        return rule.silenced_until == _time(record.changes[0].after)
    alert = await session.get(AlertRow, record.id)
    wanted = record.changes[0].after
    # Taken back while its rule is silenced, it is silenced; resolved meanwhile, there is nothing to hold it to.
    allowed = {wanted, "resolved", *(("silenced",) if wanted == "firing" else ())}
    return alert is not None and alert.status in allowed


def _record(run: Run) -> RecordChange:
    (draft,) = drafts_of(run.operation)
    (record,) = draft.records
    return record


def _named(record: RecordChange) -> dict[str, str]:
    return {"rule_id" if record.kind == RULE else "alert_id": record.id}


def _time(text: str | None) -> datetime | None:
    return parse_time(text) if text else None
