"""Server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class Event(Struct, frozen=True):
    """One event: `data` is its decoded JSON, `id` what a later stream goes on from."""

    name: str
    data: Any
    id: str | None = None


class EventParser:
    """Takes lines, gives events: the same for sync and async streams."""

    def __init__(self) -> None:
        self._name, self._data = "message", ""
        self._id: str | None = None

    def feed(self, line: str) -> Event | None:
        """The event that this line ends, if it ends one."""
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                self._name = value
            elif field == "data":
                self._data += value
            elif field == "id":
                self._id = value
            return None
        name, data, self._name, self._data = self._name, self._data, "message", ""
        return Event(name, msgspec.json.decode(data), self._id) if data else None
