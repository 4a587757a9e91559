"""Alerts and their rules as the API shows them. A null has its reason under `reasons`, by its path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hexaops.analysis.alerting import Verdict
from hexaops.features.alerts.store import rule_of
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import plain
from hexaops.responses import View
from hexaops.storage.tables import AlertEntryRow, AlertRow, AlertRuleRow

NAME_LIMIT = 300
NOT_ENDED = "it is not resolved"
NOT_ACKNOWLEDGED = "nobody has acknowledged it"


class WatchedApplicationView(View, frozen=True, kw_only=True):
    """The application that a rule watches."""

    id: str
    name: str
    project: str


class RuleView(View, frozen=True, kw_only=True):
    """One rule and what its measurements say now."""

    rule_id: str
    name: str
    application: WatchedApplicationView
    metric: str
    comparison: str
    threshold: float
    unit: str
    duration: str
    """How long it must be so."""
    severity: str
    state: str
    """ok, pending (beyond the threshold, not yet for long enough), firing or unknown."""
    value: float | None
    silenced_until: str | None
    created_by: str
    created_at: str
    reasons: dict[str, str]


class AlertView(View, frozen=True, kw_only=True):
    """One time that a rule fired."""

    alert_id: str
    rule_id: str
    status: str
    """firing, acknowledged, silenced or resolved."""
    severity: str
    title: str
    value: float | None
    """When it began to fire."""
    started_at: str
    duration: str
    acknowledged_by: str | None
    acknowledged_at: str | None
    resolved_at: str | None
    updated_at: str
    reasons: dict[str, str]


class AlertSummaryView(View, frozen=True, kw_only=True):
    """Counted: open alerts by status, and rules by what they say now."""

    rules: int
    firing: int
    acknowledged: int
    silenced: int
    pending: int
    unknown: int


class AlertsView(View, frozen=True, kw_only=True):
    """The workspace's open alerts, the newest first, and its rules."""

    alerts: list[AlertView]
    rules: list[RuleView]
    summary: AlertSummaryView


class AlertEntryView(View, frozen=True, kw_only=True):
    """One line of an alert's history."""

    timestamp: str
    kind: str
    actor: str
    text: str


class AlertDetailView(View, frozen=True, kw_only=True):
    """A rule, the alert that was asked for (of a rule: its open or latest one), its history and the earlier ones."""

    rule: RuleView
    alert: AlertView | None
    history: list[AlertEntryView]
    earlier: list[AlertView]
    reasons: dict[str, str]


class PrometheusRuleView(View, frozen=True, kw_only=True):
    """The workspace's rules for the Prometheus operator; `yaml` is what `kubectl apply -f` takes."""

    manifest: dict[str, Any]
    yaml: str
    left_out: dict[str, str]
    """Rules that Prometheus cannot judge, with the reason."""


def rule_view(row: AlertRuleRow, verdict: Verdict) -> RuleView:
    """One rule."""
    rule = rule_of(row)
    reasons: dict[str, str] = {}
    if verdict.value is None:
        reasons["value"] = verdict.reason or "nothing was measured lately"
    if row.silenced_until is None:
        reasons["silenced_until"] = "it is not silenced"
    return RuleView(
        rule_id=row.id,
        name=row.name,
        application=WatchedApplicationView(
            id=row.application_id, name=plain(row.application, NAME_LIMIT), project=plain(row.namespace, NAME_LIMIT)
        ),
        metric=row.metric,
        comparison=row.comparison,
        threshold=row.threshold,
        unit=rule.measure.unit,
        duration=format_duration(row.for_seconds),
        severity=row.severity,
        state=verdict.state,
        value=None if verdict.value is None else round(verdict.value, 4),
        silenced_until=format_time(row.silenced_until) if row.silenced_until else None,
        created_by=row.created_by,
        created_at=format_time(row.created_at),
        reasons=reasons,
    )


def alert_view(row: AlertRow, now: datetime) -> AlertView:
    """One alert."""
    reasons = {} if row.resolved_at else {"resolved_at": NOT_ENDED}
    if row.acknowledged_at is None:
        reasons |= dict.fromkeys(("acknowledged_by", "acknowledged_at"), NOT_ACKNOWLEDGED)
    if row.value is None:
        reasons["value"] = "nothing was measured then"
    return AlertView(
        alert_id=row.id,
        rule_id=row.rule_id,
        status=row.status,
        severity=row.severity,
        title=row.title,
        value=None if row.value is None else round(row.value, 4),
        started_at=format_time(row.started_at),
        duration=format_duration(((row.resolved_at or now) - row.started_at).total_seconds()),
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=format_time(row.acknowledged_at) if row.acknowledged_at else None,
        resolved_at=format_time(row.resolved_at) if row.resolved_at else None,
        updated_at=format_time(row.updated_at),
        reasons=reasons,
    )


def alerts_view(alerts: Sequence[AlertView], rules: Sequence[RuleView]) -> AlertsView:
    """Open alerts and rules with their numbers."""
    return AlertsView(
        alerts=[*alerts],
        rules=[*rules],
        summary=AlertSummaryView(
            rules=len(rules),
            firing=sum(one.status == "firing" for one in alerts),
            acknowledged=sum(one.status == "acknowledged" for one in alerts),
            silenced=sum(one.status == "silenced" for one in alerts),
            pending=sum(one.state == "pending" for one in rules),
            unknown=sum(one.state == "unknown" for one in rules),
        ),
    )


def entry_view(row: AlertEntryRow) -> AlertEntryView:
    """One line of history."""
    return AlertEntryView(timestamp=format_time(row.at), kind=row.kind, actor=row.actor, text=row.text)
