"""How an alert goes from one state to the next: firing, acknowledged, silenced, resolved.

Every transition is one transaction with its line of history and its webhook event. The open alert's row is locked, so
that of several processes that come to the same verdict one makes the transition and the others find it made.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.analysis.alerting import Verdict
from hexaops.features.alerts.announcing import announced
from hexaops.features.alerts.store import RESOLVED, SYSTEM, note, open_alert, rule_of
from hexaops.features.webhooks.events import ALERT_FIRING, ALERT_RESOLVED
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.ownership import find_name
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.ids import new_id
from hexaops.storage.tables import AlertRow, AlertRuleRow


class AlertStates(Struct, frozen=True):
    """One for the process; callers bring the transaction."""

    outbox: WebhookOutbox
    clock: Clock

    async def follow(self, session: AsyncSession, rule: AlertRuleRow, verdict: Verdict) -> AlertRow | None:
        """Bring the rule's alert to what the verdict says; returns the open alert, if there is one afterwards."""
        alert = await open_alert(session, rule.id)
        if verdict.state == "firing" and alert is None:
            alert = await self._fire(session, rule, verdict)
        elif verdict.state == "ok" and alert is not None:
            await self._resolve(session, rule, alert, verdict)
            return None
        if alert is not None:
            await self.settle_silence(session, rule, alert)
        return alert

    async def settle_silence(
        self, session: AsyncSession, rule: AlertRuleRow, alert: AlertRow, actor: str = SYSTEM
    ) -> None:
        """Silence a firing alert, or let a silenced one speak, as the rule's silence says now."""
        now = self.clock.now()
        silent = rule.silenced_until is not None and rule.silenced_until > now
        if silent and alert.status == "firing":
            alert.status = "silenced"
            until = format_time(rule.silenced_until) if rule.silenced_until else ""
            await note(session, alert, "silenced", f"Silenced until {until}", actor=actor, at=now)
        elif not silent and alert.status == "silenced":
            alert.status = "firing"
            await note(session, alert, "unsilenced", "It fires, and is silenced no more", actor=actor, at=now)
            await self._tell(session, rule, alert, ALERT_FIRING)

    async def acknowledge(
        self, session: AsyncSession, rule: AlertRuleRow, alert: AlertRow, *, actor: str, acknowledged: bool
    ) -> None:
        """Note who looks after it, or that nobody does any more."""
        now = self.clock.now()
        alert.status = "acknowledged" if acknowledged else "firing"
        alert.acknowledged_by, alert.acknowledged_at = (actor, now) if acknowledged else (None, None)
        kind = "acknowledged" if acknowledged else "unacknowledged"
        text = "Acknowledged" if acknowledged else "The acknowledgement was taken back"
        await note(session, alert, kind, text, actor=actor, at=now)
        await self.settle_silence(session, rule, alert, actor)

    async def _fire(self, session: AsyncSession, rule: AlertRuleRow, verdict: Verdict) -> AlertRow:
        now = self.clock.now()
        started = datetime.fromtimestamp(verdict.since, UTC) if verdict.since is not None else now
        silent = rule.silenced_until is not None and rule.silenced_until > now
        alert = AlertRow(
            id=new_id("alert-"), rule_id=rule.id, workspace_id=rule.workspace_id,
            status="silenced" if silent else "firing", severity=rule.severity, title=rule.name, value=verdict.value,
            started_at=started, acknowledged_by=None, acknowledged_at=None, resolved_at=None, updated_at=now,
        )  # fmt: skip
        session.add(alert)
        words = rule_of(rule)
        lasting = f" for {format_duration(words.for_seconds)}" if words.for_seconds else ""
        value = f"{lasting}; it is {words.amount(verdict.value)}" if verdict.value is not None else ""
        await note(session, alert, "fired", words.words + value, actor=SYSTEM, at=now)
        if not silent:
            await self._tell(session, rule, alert, ALERT_FIRING)
        return alert

    async def _resolve(self, session: AsyncSession, rule: AlertRuleRow, alert: AlertRow, verdict: Verdict) -> None:
        now, told = self.clock.now(), alert.status != "silenced"
        alert.status, alert.resolved_at = RESOLVED, now
        words = rule_of(rule)
        value = f"; it is {words.amount(verdict.value)}" if verdict.value is not None else ""
        await note(session, alert, "resolved", f"No longer {words.words}{value}", actor=SYSTEM, at=now)
        if told:
            await self._tell(session, rule, alert, ALERT_RESOLVED)

    async def _tell(self, session: AsyncSession, rule: AlertRuleRow, alert: AlertRow, event: str) -> None:
        view = announced(rule, alert, await find_name(session, rule.workspace_id) or "")
        await self.outbox.emit(session, rule.workspace_id, event, view, resource_id=alert.id)
