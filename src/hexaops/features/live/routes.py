"""Route of the workspace's events."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Response
from fastapi.responses import StreamingResponse

from hexaops.features.access.caller import AnyCaller
from hexaops.features.live.feeds import LiveFeeds, TooManyStreamsError
from hexaops.features.live.views import ChangedApplicationView
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.provide import provided
from hexaops.responses import refuses

Feeds = Annotated[LiveFeeds, provided(LiveFeeds)]
STREAM_HEADERS = {"X-Accel-Buffering": "no"}
"""Asks proxies not to hold the events back."""


@refuses(TooManyStreamsError)
async def follow_events(
    caller: AnyCaller, feeds: Feeds, last_event_id: Annotated[str | None, Header(max_length=64)] = None
) -> ChangedApplicationView | Response:
    """Follow the workspace's changes as server-sent events: `application`, `action`, `incident`, `insight`, `reset`."""
    stream = feeds.follow(caller.get_workspace(), caller.permissions, last_event_id)
    return StreamingResponse(stream, media_type="text/event-stream", headers=STREAM_HEADERS)


ROUTES = (Entry("GET", f"{WORKSPACE}/aiops/events", follow_events, user("read_applications")),)
