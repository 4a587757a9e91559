"""All tables; importing this package fills `Base.metadata`."""

from hexaops.storage.tables.access import ServiceAccountRow, ServiceAccountTokenRow
from hexaops.storage.tables.alerts import AlertEntryRow, AlertRow, AlertRuleRow
from hexaops.storage.tables.audit import AuditRow
from hexaops.storage.tables.backups import BackupRow
from hexaops.storage.tables.base import Base
from hexaops.storage.tables.chat import ChatMessageRow, ChatSessionRow
from hexaops.storage.tables.clusters import ClusterRow
from hexaops.storage.tables.diagnostics import DiagnosticBundleRow
from hexaops.storage.tables.idempotency import IdempotencyRow
from hexaops.storage.tables.incidents import IncidentEntryRow, IncidentRow
from hexaops.storage.tables.notifications import NotificationChannelRow
from hexaops.storage.tables.operations import (
    AutomationRow,
    ExecutorRow,
    OperationHoldRow,
    OperationRow,
    OperationStepRow,
    PlanRow,
    WriteIntentRow,
)
from hexaops.storage.tables.rates import RateWindowRow
from hexaops.storage.tables.webhooks import (
    WebhookAttemptRow,
    WebhookDeliveryRow,
    WebhookEventRow,
    WebhookSubscriptionRow,
)
from hexaops.storage.tables.workspaces import WorkspaceMemberRow, WorkspaceNamespaceRow, WorkspaceRow

__all__ = [
    "AlertEntryRow",
    "AlertRow",
    "AlertRuleRow",
    "AuditRow",
    "AutomationRow",
    "BackupRow",
    "Base",
    "ChatMessageRow",
    "ChatSessionRow",
    "ClusterRow",
    "DiagnosticBundleRow",
    "ExecutorRow",
    "IdempotencyRow",
    "IncidentEntryRow",
    "IncidentRow",
    "NotificationChannelRow",
    "OperationHoldRow",
    "OperationRow",
    "OperationStepRow",
    "PlanRow",
    "RateWindowRow",
    "ServiceAccountRow",
    "ServiceAccountTokenRow",
    "WebhookAttemptRow",
    "WebhookDeliveryRow",
    "WebhookEventRow",
    "WebhookSubscriptionRow",
    "WorkspaceMemberRow",
    "WorkspaceNamespaceRow",
    "WorkspaceRow",
    "WriteIntentRow",
]
