"""All tables; importing this package fills `Base.metadata`."""

from hexaops.storage.tables.base import Base
from hexaops.storage.tables.operations import (
    AutomationRow,
    ExecutorRow,
    OperationRow,
    OperationStepRow,
    PlanRow,
    WriteIntentRow,
)
from hexaops.storage.tables.webhooks import (
    WebhookAttemptRow,
    WebhookDeliveryRow,
    WebhookEventRow,
    WebhookSubscriptionRow,
)

__all__ = [
    "AutomationRow",
    "Base",
    "ExecutorRow",
    "OperationRow",
    "OperationStepRow",
    "PlanRow",
    "WebhookAttemptRow",
    "WebhookDeliveryRow",
    "WebhookEventRow",
    "WebhookSubscriptionRow",
    "WriteIntentRow",
]
