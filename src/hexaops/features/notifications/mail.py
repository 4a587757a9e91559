"""Sends a notice by the mail server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from hexaops.backends.notify.errors import SendError
from hexaops.config import Settings
from hexaops.features.notifications.channels import Notice

TIMEOUT_SECONDS = 15.0


def send_mail(settings: Settings, address: str, notice: Notice) -> None:
    """Blocks; raises SendError. One line cannot become several headers: EmailMessage refuses line breaks."""
    if settings.smtp_host is None:
        raise SendError("no mail server is configured (HEXAOPS_SMTP_HOST)")
    message = EmailMessage()
    message["From"], message["To"] = settings.smtp_sender, address
    message["Subject"] = " ".join(notice.title.split())
    message.set_content(notice.text)
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(f"the mail server did not take it: {type(error).__name__}") from error
