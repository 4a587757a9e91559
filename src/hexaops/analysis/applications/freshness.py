"""How far what the watch cache holds can be trusted right now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from hexaops.backends.kubernetes.table import KindStatus

APPLICATION_SOURCES = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod")
"""Kinds used to derive an application's status."""


class Freshness(Struct, frozen=True):
    """Of a set of kinds: when they were last confirmed, and what is wrong with reading them."""

    as_of: datetime | None
    """The oldest last contact; None when nothing was ever read."""
    unread: tuple[str, ...]
    """Not read yet, though they may be."""
    missing: Mapping[str, str]
    """Forbidden or absent on this cluster, and which of the two."""
    stale: Mapping[str, str]
    """Read once, but not up to date now, and why."""
    problem: str | None = None
    """Why `unread` kinds were not read, where it is known."""

    @property
    def current(self) -> bool:
        """Whether everything is read and up to date."""
        return not (self.unread or self.missing or self.stale)


def freshness_of(known: Mapping[str, KindStatus], kinds: Iterable[str]) -> Freshness:
    """The state of these kinds, from what the cache knows of each."""
    statuses = [known[kind] for kind in kinds if kind in known]
    moments = [status.as_of for status in statuses if status.synced and status.as_of]
    return Freshness(
        as_of=min(moments, default=None),
        unread=tuple(status.kind for status in statuses if not status.synced and status.available),
        missing={status.kind: _why(status) for status in statuses if not status.available},
        stale={status.kind: _why(status) for status in statuses if status.synced and status.available and status.error},
        problem=next((status.error for status in statuses if not status.synced and status.available), None),
    )


def unreadable(kinds: Iterable[str], reason: str) -> Freshness:
    """The state of these kinds on a cluster that cannot be read at all."""
    return Freshness(as_of=None, unread=tuple(kinds), missing={}, stale={}, problem=reason)


def _why(status: KindStatus) -> str:
    return status.error or "not available"
