"""What retention dropped last, kept in a file: a full store may have room again, and settings change."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from hexaops.backends.logstores.embedded.durable import write_whole
from hexaops.backends.logstores.horizon import Horizon

FILE = "dropped.json"

logger = logging.getLogger(__name__)


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
