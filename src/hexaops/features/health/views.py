"""Responses of the probes."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from hexaops.responses import View


class LiveView(View, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class PartView(View, frozen=True, kw_only=True):
    """One part that the process needs."""

    ready: bool
    reason: str | UnsetType = UNSET
    kinds: list[str] | UnsetType = UNSET
    """Kinds that have not been read yet."""
    unavailable_kinds: dict[str, str | None] | UnsetType = UNSET
    """Kinds that cannot be read, and why; the rest works."""


class ReadinessView(View, frozen=True, kw_only=True):
    """Whether to send requests here."""

    status: Literal["ready", "not ready"]
    parts: dict[str, PartView] | UnsetType = UNSET
    """Only for callers that may see details."""
