"""Errors of notification channels."""

from __future__ import annotations

from hexaops.errors import ConflictError, HexaopsError, NotFoundError


class ChannelNotFoundError(NotFoundError):
    """No such notification channel in this workspace."""

    code = "NOTIFICATION_CHANNEL_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Notification channel not found")


class ChannelExistsError(ConflictError):
    """The workspace, or the settings, have a channel of this name."""

    code = "NOTIFICATION_CHANNEL_EXISTS"


class ChannelLimitError(ConflictError):
    """The workspace has reached its limit of notification channels."""

    code = "NOTIFICATION_CHANNEL_LIMIT_REACHED"


class ChannelUnreadableError(HexaopsError):
    """A channel's target was encrypted with a different key."""

    code = "NOTIFICATION_CHANNEL_UNREADABLE"
    status = 503
