"""The events that can be subscribed to: those of the API documents, and those of alerts."""

from __future__ import annotations

SESSION_CREATED = "aiops.session.created"
SESSION_ENDED = "aiops.session.ended"
ACTION_STARTED = "aiops.action.started"
ACTION_COMPLETED = "aiops.action.completed"
ACTION_FAILED = "aiops.action.failed"
OPERATION_STARTED = "internal.operation.started"
OPERATION_COMPLETED = "internal.operation.completed"
OPERATION_FAILED = "internal.operation.failed"
AUTOSCALE_TRIGGERED = "internal.autoscale.triggered"
BACKUP_COMPLETED = "internal.backup.completed"
INCIDENT_REMEDIATED = "internal.incident.auto_remediated"
INSIGHT_GENERATED = "aiops.insight.generated"
ANOMALY_DETECTED = "aiops.anomaly.detected"
ALERT_FIRING = "aiops.alert.firing"
ALERT_RESOLVED = "aiops.alert.resolved"

EMITTED = frozenset(
    {
        SESSION_CREATED, SESSION_ENDED, ACTION_STARTED, ACTION_COMPLETED, ACTION_FAILED,
        OPERATION_STARTED, OPERATION_COMPLETED, OPERATION_FAILED, AUTOSCALE_TRIGGERED,
        INCIDENT_REMEDIATED, BACKUP_COMPLETED,
        INSIGHT_GENERATED, ANOMALY_DETECTED, ALERT_FIRING, ALERT_RESOLVED,
    }
)  # fmt: skip
"""What this version sends."""

KNOWN = EMITTED
"""Events that can be subscribed to."""

EVERYTHING = "*"
TEST = "hexaops.webhook.test"
"""Sent only by `…/test`, to the tested subscription."""
