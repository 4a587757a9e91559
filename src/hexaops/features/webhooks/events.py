"""The events that both API documents name; a subscription may ask for these only."""

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

EMITTED = frozenset(
    {
        SESSION_CREATED, SESSION_ENDED, ACTION_STARTED, ACTION_COMPLETED, ACTION_FAILED,
        OPERATION_STARTED, OPERATION_COMPLETED, OPERATION_FAILED, AUTOSCALE_TRIGGERED,
    }
)  # fmt: skip
"""What this version sends."""

KNOWN = frozenset(
    {
        *EMITTED,
        "aiops.insight.generated",
        "aiops.anomaly.detected",
        "internal.incident.auto_remediated",
        "internal.backup.completed",
    }
)
"""What may be subscribed to."""

EVERYTHING = "*"
TEST = "hexaops.webhook.test"
"""Sent by `…/test` only, to the one subscription that is tested."""
