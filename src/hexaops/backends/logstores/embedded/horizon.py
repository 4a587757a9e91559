"""From when on a store has its lines, and why none are older: retention drops days, and an answer must say so.

What was dropped last is kept in a file, as a store that was full last month may have room again, and settings change.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.embedded.durable import write_whole
from hexaops.backends.logstores.lines import MICROSECONDS, time_text
from hexaops.kit.durations import format_duration

FILE = "dropped.json"

logger = logging.getLogger(__name__)


class Horizon(msgspec.Struct, frozen=True):
    """Older lines were dropped."""

    start_us: int
    """A UTC midnight."""
    reason: str


class HorizonFile:
    """The newest drop of a store; written by its writing thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.horizon: Horizon | None = None

    def load(self) -> None:
        """Read the file."""
        try:
            self.horizon = msgspec.json.decode(self._path.read_bytes(), type=Horizon)
        except FileNotFoundError:
            return
        except msgspec.MsgspecError:
            logger.warning("the record of dropped log lines is unreadable; only what is dropped from now on is told")

    def move(self, horizon: Horizon) -> None:
        """Lines before it are about to be dropped; a full disk must not keep them from being dropped."""
        if self.horizon is not None and horizon.start_us <= self.horizon.start_us:
            return
        self.horizon = horizon
        try:
            write_whole(self._path, msgspec.json.encode(horizon))
        except OSError as error:
            logger.warning("the record of dropped log lines cannot be written", exc_info=error)


def shortened(query: LogQuery, horizon: Horizon, *, has_older: bool) -> str | None:
    """What an answer says of a range that begins before the horizon; None when the range is whole."""
    if query.start_us >= horizon.start_us:
        return None
    if has_older:
        return f"Lines before {time_text(horizon.start_us)} are not all there: {horizon.reason}"
    if query.end_us <= horizon.start_us:
        return (
            f"Nothing of the time range is covered, which ends before {time_text(horizon.start_us)}: {horizon.reason}"
        )
    length, whole = _length(query.end_us - horizon.start_us), _length(query.end_us - query.start_us)
    return f"Only the time since {time_text(horizon.start_us)} is covered, {length} of {whole}: {horizon.reason}"


def _length(microseconds: int) -> str:
    return format_duration(microseconds / MICROSECONDS)
