"""Builds what accepts, sends and shows webhooks."""

from __future__ import annotations

from hexaops.backends.notify.addresses import AddressPolicy
from hexaops.backends.notify.client import NotifySender
from hexaops.features.audit.log import AuditLog
from hexaops.features.webhooks.delivering import PLACES_PER_WEBHOOK, WEBHOOK_PLACES, DeliveryRun
from hexaops.features.webhooks.history import DeliveryHistory
from hexaops.features.webhooks.outbox import RUN, WebhookOutbox
from hexaops.features.webhooks.sealing import SecretBox
from hexaops.features.webhooks.sender import WebhookSender
from hexaops.features.webhooks.service import WebhookService
from hexaops.features.webhooks.upkeep import WebhookUpkeep
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the outbox, where events are handed in, and the routes' services."""
    settings, database, engine, clock = process.settings, process.database, process.engine, process.clock
    notifier = NotifySender(
        AddressPolicy(settings.webhook_allowed_networks),
        allow_http=settings.webhook_allow_http,
        timeout_seconds=settings.webhook_timeout_seconds,
    )
    process.closing.append(notifier.close)
    sender = WebhookSender(notifier, SecretBox(process.key, redactor=process.redactor), clock, process.redactor)
    run = DeliveryRun(settings, database, engine, sender, process.metrics, process.failpoints)
    engine.register(RUN, run.run, concurrency=WEBHOOK_PLACES, per_key=PLACES_PER_WEBHOOK)
    audit = process.provider.get(AuditLog)
    for service in (
        WebhookOutbox(engine, clock),
        WebhookService(database, sender, audit),
        DeliveryHistory(database, engine, clock, audit),
    ):
        process.provider.add(service)
    for job in WebhookUpkeep(database, engine, clock, settings.retention_days).jobs():
        process.background.add(job)
