"""Channels: a name that requests may use, and where it leads.

A slack channel is a webhook that takes Slack's `{"text"}` (Mattermost and Discord's `/slack` take it too), an email
channel goes through the mail server of the settings, every other URL gets the whole notice as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import httpx2
import msgspec
from msgspec import Struct

from hexaops.config import Settings

Kind = Literal["slack", "email", "webhook"]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What people are told. Its texts are plain: what came from a cluster was cleaned before."""

    event: str
    title: str
    text: str
    workspace_id: str
    resource_id: str


class Channel(Struct, frozen=True):
    """One channel. `target` may hold a secret, and is never shown."""

    name: str
    kind: Kind
    target: str
    own: bool = False
    """Whether a workspace added it: it is trusted less than what the settings name."""


def channels_of(settings: Settings) -> Mapping[str, Channel]:
    """By name."""
    return {name: _channel(name, value.get_secret_value()) for name, value in settings.notification_channels.items()}


def body_of(channel: Channel, notice: Notice) -> bytes:
    """The request's body."""
    if channel.kind == "slack":
        return msgspec.json.encode({"text": f"*{_mrkdwn(notice.title)}*\n{_mrkdwn(notice.text)}"})
    return msgspec.json.encode(notice)


def host_of(kind: str, target: str) -> str:
    """The part of a checked target that may be shown: the URL's path, user and query may be secrets."""
    return target.rpartition("@")[2] if kind == "email" else httpx2.URL(target).host[:255]


def _channel(name: str, target: str) -> Channel:
    if target.startswith("mailto:"):
        return Channel(name, "email", target.removeprefix("mailto:"))
    return Channel(name, "slack" if name.startswith("slack:") else "webhook", target)


def _mrkdwn(text: str) -> str:
    """Slack's three control characters, which would make links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
