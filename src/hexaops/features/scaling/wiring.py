"""Builds the scaling feature."""

from __future__ import annotations

from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.runs.store import OperationStore
from hexaops.features.scaling.changing import ServiceChanges
from hexaops.features.scaling.service import ScalingService
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's service."""
    get, clock = process.provider.get, process.clock
    confirmation = get(Confirmation)
    changes = ServiceChanges(confirmation.plans, confirmation, get(OperationStore), clock)
    process.provider.add(
        ScalingService(get(ApplicationLocator), get(ApplicationService), changes, process.database, clock)
    )
