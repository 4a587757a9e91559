"""Rows of alert rules, alerts and their histories; callers bring the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.analysis.alerting import AlertMetric, Rule
from hexaops.kit.durations import format_time
from hexaops.kit.paging import PageRequest
from hexaops.kit.text import plain
from hexaops.runbooks.alerts import ALERT, RULE
from hexaops.runbooks.model import OwnRecord
from hexaops.storage.database import Database
from hexaops.storage.tables import AlertEntryRow, AlertRow, AlertRuleRow

RESOLVED = "resolved"
TEXT_LIMIT = 1000
SYSTEM = "system"


def rule_of(row: AlertRuleRow) -> Rule:
    """What the row says to compare."""
    return Rule(
        metric=AlertMetric(row.metric),
        comparison="below" if row.comparison == "below" else "above",
        threshold=row.threshold,
        for_seconds=row.for_seconds,
    )


def _of(workspace_id: str, rule_id: str | None, statuses: Sequence[str]) -> Select[AlertRow]:
    """Alerts, the newest first."""
    query = select(AlertRow).where(AlertRow.workspace_id == workspace_id).order_by(AlertRow.id.desc())
    if rule_id is not None:
        query = query.where(AlertRow.rule_id == rule_id)
    return query.where(AlertRow.status.in_(statuses)) if statuses else query


async def find_alerts(
    session: AsyncSession, workspace_id: str, *, statuses: Sequence[str] = (), rule_id: str | None = None, most: int
) -> Sequence[AlertRow]:
    """The newest alerts."""
    return (await session.scalars(_of(workspace_id, rule_id, statuses).limit(most))).all()


async def page_of_alerts(
    session: AsyncSession, page: PageRequest, workspace_id: str, *, statuses: Sequence[str], rule_id: str | None
) -> tuple[Sequence[AlertRow], str | None]:
    """One page, newest first, and the next page's cursor."""
    query = _of(workspace_id, rule_id, statuses).limit(page.fetch)
    if page.after is not None:
        query = query.where(AlertRow.id < page.after[0])
    return page.split((await session.scalars(query)).all(), lambda row: (row.id,))


async def find_rules(session: AsyncSession, workspace_id: str | None = None) -> Sequence[AlertRuleRow]:
    """Rules, oldest first; of every workspace where none is named."""
    query = select(AlertRuleRow).order_by(AlertRuleRow.created_at, AlertRuleRow.id)
    if workspace_id is not None:
        query = query.where(AlertRuleRow.workspace_id == workspace_id)
    return (await session.scalars(query)).all()


async def open_alert(session: AsyncSession, rule_id: str) -> AlertRow | None:
    """The rule's alert that is not resolved, locked until the transaction ends."""
    query = select(AlertRow).where(AlertRow.rule_id == rule_id, AlertRow.status != RESOLVED).with_for_update()
    return (await session.scalars(query)).first()


async def history(session: AsyncSession, alert_id: str) -> Sequence[AlertEntryRow]:
    """What happened to an alert, the oldest first."""
    query = select(AlertEntryRow).where(AlertEntryRow.alert_id == alert_id).order_by(AlertEntryRow.seq)
    return (await session.scalars(query)).all()


async def note(session: AsyncSession, alert: AlertRow, kind: str, text: str, *, actor: str, at: datetime) -> None:
    """Add a line to the history of an alert that the transaction holds."""
    await session.flush()
    last = await session.scalar(select(func.max(AlertEntryRow.seq)).where(AlertEntryRow.alert_id == alert.id))
    alert.updated_at = at
    session.add(
        AlertEntryRow(
            alert_id=alert.id, seq=(last or 0) + 1, at=at, kind=kind, actor=actor[:300], text=plain(text, TEXT_LIMIT)
        )
    )
    await session.flush()


class AlertRecords(Struct, frozen=True):
    """What the runbooks of alerts read while drafting."""

    database: Database

    async def find(self, workspace_id: str, kind: str, record_id: str) -> OwnRecord | None:
        """The rule or alert, if it is the workspace's."""
        async with self.database.reading() as session:
            if kind == RULE:
                rule = await session.get(AlertRuleRow, record_id)
                return await _rule_record(session, rule) if rule and rule.workspace_id == workspace_id else None
            alert = await session.get(AlertRow, record_id) if kind == ALERT else None
            if alert is None or alert.workspace_id != workspace_id:
                return None
            rule = await session.get_one(AlertRuleRow, alert.rule_id)
        fields: dict[str, Any] = {
            "rule_id": alert.rule_id, "status": alert.status, "title": alert.title, "severity": alert.severity,
        }  # fmt: skip
        return OwnRecord(kind=ALERT, id=alert.id, namespace=rule.namespace, fields=fields)


async def _rule_record(session: AsyncSession, row: AlertRuleRow) -> OwnRecord:
    query = select(AlertRow.id).where(AlertRow.rule_id == row.id, AlertRow.status != RESOLVED)
    fields: dict[str, Any] = {
        "name": row.name, "application_id": row.application_id, "kind": row.kind, "namespace": row.namespace,
        "application": row.application, "metric": row.metric, "comparison": row.comparison,
        "threshold": row.threshold, "for_seconds": row.for_seconds, "severity": row.severity,
        "silenced_until": format_time(row.silenced_until) if row.silenced_until else None,
        "open_alert_id": await session.scalar(query),
    }  # fmt: skip
    return OwnRecord(kind=RULE, id=row.id, namespace=row.namespace, fields=fields)
