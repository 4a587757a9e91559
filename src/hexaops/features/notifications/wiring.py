"""Builds what sends notifications."""

from __future__ import annotations

from hexaops.backends.notify.addresses import AddressPolicy
from hexaops.backends.notify.client import NotifySender
from hexaops.features.audit.log import AuditLog
from hexaops.features.notifications.channels import channels_of
from hexaops.features.notifications.sending import RUN, Notifications
from hexaops.process import Process

PLACES = 16


def wire(process: Process) -> None:
    """Offer the sender; its targets are checked as those of webhooks are."""
    settings = process.settings
    notifier = NotifySender(
        AddressPolicy(settings.webhook_allowed_networks),
        allow_http=settings.webhook_allow_http,
        timeout_seconds=settings.webhook_timeout_seconds,
    )
    process.closing.append(notifier.close)
    channels = channels_of(settings)
    for channel in channels.values():
        process.redactor.add(channel.target)
    audit = process.provider.get(AuditLog)
    notifications = Notifications(
        settings, channels, notifier, process.database, process.engine, audit, process.failpoints
    )
    process.engine.register(RUN, notifications.run, concurrency=PLACES)
    process.provider.add(notifications)
