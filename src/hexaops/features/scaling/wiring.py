"""Builds the scaling feature."""

from __future__ import annotations

from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.runs.store import OperationStore
from hexaops.features.scaling.changing import ServiceChanges
from hexaops.features.scaling.service import ScalingService
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.kit.clock import Clock
from hexaops.provide import Provider


def build_scaling(provider: Provider, confirmation: Confirmation, store: OperationStore, clock: Clock) -> None:
    """Build it once."""
    changes = ServiceChanges(confirmation.plans, confirmation, store, clock)
    get = provider.get
    provider.add(
        ScalingService(
            get(ApplicationLocator), get(ApplicationService), changes, get(WebhookOutbox), store.database, clock
        )
    )
