"""Sends one notice once, to whatever kind of channel."""

from __future__ import annotations

import asyncio
import re

from msgspec import Struct

from hexaops.backends.notify.client import NotifySender
from hexaops.backends.notify.errors import ForbiddenTargetError, SendError
from hexaops.config import Settings
from hexaops.features.notifications.channels import Channel, Notice, body_of
from hexaops.features.notifications.mail import send_mail

HTTP_OK = range(200, 300)
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}")
"""What an email address may look like here: one plain address, nothing that a header could be made of."""


class NoticeSender(Struct, frozen=True):
    """Checks targets and sends to them; knows no database."""

    settings: Settings
    notifier: NotifySender

    async def check(self, channel: Channel) -> None:
        """Raise SendError when nothing would be sent there now."""
        if channel.kind == "email":
            self._check_address(channel)
        else:
            await self.notifier.check(channel.target)

    async def send(self, channel: Channel, notice: Notice) -> None:
        """Raise SendError unless the receiver takes it."""
        if channel.kind == "email":
            self._check_address(channel)
            await asyncio.to_thread(send_mail, self.settings, channel.target, notice)
            return
        headers = {"content-type": "application/json"}
        reply = await self.notifier.post(channel.target, headers=headers, body=body_of(channel, notice))
        if reply.status_code not in HTTP_OK:
            raise SendError(f"the receiver answered {reply.status_code}")

    def _check_address(self, channel: Channel) -> None:
        if not channel.own:
            return  # whoever writes the settings may send to any address
        if ADDRESS.fullmatch(channel.target) is None:
            raise ForbiddenTargetError("not an email address")
        allowed = {domain.lower() for domain in self.settings.notification_email_domains}
        domain = channel.target.rpartition("@")[2].lower()
        if domain not in allowed:
            message = "email is sent only to the domains of HEXAOPS_NOTIFICATION_EMAIL_DOMAINS"
            raise ForbiddenTargetError(message, details={"domain": domain})
        if self.settings.smtp_host is None:
            raise SendError("no mail server is configured (HEXAOPS_SMTP_HOST)")
