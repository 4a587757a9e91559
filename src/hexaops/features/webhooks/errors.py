"""Errors of webhooks."""

from __future__ import annotations

from hexaops.errors import ConflictError, HexaopsError, NotFoundError


class WebhookNotFoundError(NotFoundError):
    """No such subscription in this workspace."""

    code = "WEBHOOK_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Webhook not found")


class DeliveryNotFoundError(NotFoundError):
    """No such delivery in this workspace."""

    code = "WEBHOOK_DELIVERY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Webhook delivery not found")


class WebhookDisabledError(ConflictError):
    """The subscription is disabled."""

    code = "WEBHOOK_DISABLED"


class WebhookLimitError(ConflictError):
    """The workspace has reached its limit of subscriptions."""

    code = "WEBHOOK_LIMIT_REACHED"


class SecretUnreadableError(HexaopsError):
    """A signing secret was encrypted with a different key."""

    code = "WEBHOOK_SECRET_UNREADABLE"
    status = 503
