"""What the simulated world gives the API server beside the store: container logs and usage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Protocol

Object = dict[str, Any]
Line = tuple[datetime, str]


class PodLogs(Protocol):
    """Lines that containers wrote, with their times."""

    def lines(
        self,
        namespace: str,
        pod: str,
        container: str,
        since: datetime | None = None,
        tail: int | None = None,
        previous: bool = False,
    ) -> list[Line]:
        """The kept lines, oldest first: those since a time, and of these the last `tail`."""

    def follow(
        self, namespace: str, pod: str, container: str, since: datetime | None = None, tail: int | None = None
    ) -> AsyncIterator[Line]:
        """The kept lines, then later ones as they come, until the container ends."""


class Usage(Protocol):
    """What pods and nodes use now."""

    def pod(self, pod: Object) -> tuple[float, float] | None:
        """Cores and bytes that a pod uses, or None when that is not known."""

    def node(self, name: str) -> tuple[float, float] | None:
        """Cores and bytes that a node uses, or None when that is not known."""
