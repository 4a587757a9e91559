"""Builds what sends notifications, and what manages their channels."""

from __future__ import annotations

from hexaops.backends.notify.addresses import AddressPolicy
from hexaops.backends.notify.client import NotifySender
from hexaops.features.audit.log import AuditLog
from hexaops.features.notifications.channels import channels_of
from hexaops.features.notifications.directory import ChannelDirectory
from hexaops.features.notifications.sealing import TargetSeal
from hexaops.features.notifications.sending import RUN, Notifications
from hexaops.features.notifications.service import ChannelService
from hexaops.features.notifications.transport import NoticeSender
from hexaops.process import Process

PLACES = 16


def wire(process: Process) -> None:
    """Offer the sender and the routes' service; its targets are checked as those of webhooks are."""
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
    directory = ChannelDirectory(channels, TargetSeal(process.key, process.redactor))
    sender = NoticeSender(settings, notifier)
    notifications = Notifications(
        directory, sender, process.database, process.engine, audit, process.failpoints, process.clock
    )
    process.engine.register(RUN, notifications.run, concurrency=PLACES)
    service = ChannelService(process.database, directory, sender, audit, process.clock)
    for offered in (directory, notifications, service):
        process.provider.add(offered)
