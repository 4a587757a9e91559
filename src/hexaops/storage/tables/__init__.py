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

__all__ = [
    "AutomationRow",
    "Base",
    "ExecutorRow",
    "OperationRow",
    "OperationStepRow",
    "PlanRow",
    "WriteIntentRow",
]
