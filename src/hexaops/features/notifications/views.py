"""Views of notification channels. A target is never shown, only its host."""

from __future__ import annotations

from hexaops.features.notifications.channels import Channel
from hexaops.kit.durations import format_time
from hexaops.responses import Pagination, View
from hexaops.storage.tables import NotificationChannelRow


class ChannelView(View, frozen=True, kw_only=True):
    """One channel of the workspace."""

    id: str
    name: str
    kind: str
    target_host: str
    on_escalation: bool
    created_by: str
    created_at: str
    updated_at: str


class ConfiguredChannelView(View, frozen=True, kw_only=True):
    """One channel of the settings, which every workspace can name."""

    name: str
    kind: str
    on_escalation: bool


class ChannelPageView(View, frozen=True, kw_only=True):
    """A page of the workspace's channels, and all channels of the settings."""

    channels: list[ChannelView]
    configured: list[ConfiguredChannelView]
    pagination: Pagination


class ChannelTestView(View, frozen=True, kw_only=True):
    """What became of a test message."""

    delivered: bool
    duration_ms: int
    error: str | None


def channel_view(row: NotificationChannelRow) -> ChannelView:
    """One channel of the workspace."""
    return ChannelView(
        id=row.id,
        name=row.name,
        kind=row.kind,
        target_host=row.target_host,
        on_escalation=row.on_escalation,
        created_by=row.created_by,
        created_at=format_time(row.created_at),
        updated_at=format_time(row.updated_at),
    )


def configured_view(channel: Channel, *, on_escalation: bool) -> ConfiguredChannelView:
    """One channel of the settings."""
    return ConfiguredChannelView(name=channel.name, kind=channel.kind, on_escalation=on_escalation)
