"""Routes of a workspace's notification channels."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.notifications.errors import (
    ChannelExistsError,
    ChannelLimitError,
    ChannelNotFoundError,
    ChannelUnreadableError,
)
from hexaops.features.notifications.schemas import ChannelChange, NewChannel
from hexaops.features.notifications.service import ChannelService
from hexaops.features.notifications.views import ChannelPageView, ChannelTestView, ChannelView
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Channels = Annotated[ChannelService, provided(ChannelService)]
ChannelId = Annotated[str, Path(max_length=64)]
Page = Annotated[PageRequest, paged()]


@refuses(ChannelExistsError, ChannelLimitError, ChannelUnreadableError)
async def create_notification_channel(caller: AnyCaller, service: Channels, body: NewChannel) -> Data[ChannelView]:
    """Create a notification channel; its target is never shown again."""
    return Data(await service.create(caller, body))


async def list_notification_channels(caller: AnyCaller, service: Channels, page: Page) -> Data[ChannelPageView]:
    """The workspace's notification channels, and those of the settings."""
    return Data(await service.list(caller, page))


@refuses(ChannelNotFoundError)
async def get_notification_channel(caller: AnyCaller, service: Channels, channel_id: ChannelId) -> Data[ChannelView]:
    """One notification channel."""
    return Data(await service.get(caller, channel_id))


@refuses(ChannelNotFoundError, ChannelUnreadableError)
async def update_notification_channel(
    caller: AnyCaller, service: Channels, channel_id: ChannelId, body: ChannelChange
) -> Data[ChannelView]:
    """Change a channel's target, or whether escalated incidents are sent to it."""
    return Data(await service.update(caller, channel_id, body))


@refuses(ChannelNotFoundError)
async def delete_notification_channel(caller: AnyCaller, service: Channels, channel_id: ChannelId) -> None:
    """Delete a notification channel; what is queued for it is dropped."""
    await service.delete(caller, channel_id)


@refuses(ChannelNotFoundError, ChannelUnreadableError)
async def test_notification_channel(
    caller: AnyCaller, service: Channels, channel_id: ChannelId
) -> Data[ChannelTestView]:
    """Send a test message now and return whether the receiver took it."""
    return Data(await service.test(caller, channel_id))


CHANNELS = f"{WORKSPACE}/aiops/notification-channels"
MANAGES_CHANNELS = user("manage_webhooks")
ROUTES = (
    Entry("POST", CHANNELS, create_notification_channel, MANAGES_CHANNELS, 201, idempotent=True),
    Entry("GET", CHANNELS, list_notification_channels, MANAGES_CHANNELS),
    Entry("GET", f"{CHANNELS}/{{channel_id}}", get_notification_channel, MANAGES_CHANNELS),
    Entry("PATCH", f"{CHANNELS}/{{channel_id}}", update_notification_channel, MANAGES_CHANNELS),
    Entry("DELETE", f"{CHANNELS}/{{channel_id}}", delete_notification_channel, MANAGES_CHANNELS, 204),
    Entry("POST", f"{CHANNELS}/{{channel_id}}/test", test_notification_channel, MANAGES_CHANNELS, idempotent=True),
)
