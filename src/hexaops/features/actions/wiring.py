"""Builds the actions feature."""

from __future__ import annotations

from hexaops.features.actions.service import ActionService
from hexaops.features.actions.subjects import Subjects
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.conversations.queries import Conversations
from hexaops.features.runs.store import OperationStore
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's service."""
    get = process.provider.get
    subjects, confirmation = Subjects(get(ApplicationService), process.database), get(Confirmation)
    conversations = Conversations(process.database)
    process.provider.add(
        ActionService(subjects, confirmation.plans, confirmation, get(OperationStore), conversations, process.clock)
    )
