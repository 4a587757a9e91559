"""Webhook events of alerts: one when an alert begins to fire, one when it is resolved."""

from __future__ import annotations

from hexaops.features.alerts.store import rule_of
from hexaops.kit.text import plain
from hexaops.responses import View
from hexaops.storage.tables import AlertRow, AlertRuleRow

NAME_LIMIT = 128


class AlertEventAlertView(View, frozen=True, kw_only=True):
    """The alert."""

    id: str
    rule_id: str
    status: str
    severity: str
    title: str
    metric: str
    comparison: str
    threshold: float
    value: float | None
    unit: str
    application_id: str
    application: str


class AlertEventWorkspaceView(View, frozen=True, kw_only=True):
    """Where it is."""

    id: str
    name: str


class AlertEventResultView(View, frozen=True, kw_only=True):
    """As in every event."""

    success: bool
    resources_affected: int


class AlertEventView(View, frozen=True, kw_only=True):
    """`data` of `aiops.alert.firing` and `aiops.alert.resolved`."""

    alert: AlertEventAlertView
    workspace: AlertEventWorkspaceView
    result: AlertEventResultView


def announced(rule: AlertRuleRow, alert: AlertRow, workspace_name: str) -> AlertEventView:
    """The event's data."""
    compared = rule_of(rule)
    return AlertEventView(
        alert=AlertEventAlertView(
            id=alert.id,
            rule_id=rule.id,
            status=alert.status,
            severity=alert.severity,
            title=plain(alert.title, 4 * NAME_LIMIT),
            metric=rule.metric,
            comparison=rule.comparison,
            threshold=rule.threshold,
            value=alert.value,
            unit=compared.measure.unit,
            application_id=rule.application_id,
            application=plain(rule.application, NAME_LIMIT),
        ),
        workspace=AlertEventWorkspaceView(id=rule.workspace_id, name=plain(workspace_name, NAME_LIMIT)),
        result=AlertEventResultView(success=True, resources_affected=1),
    )
