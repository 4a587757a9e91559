"""How far each source of lines has been read: kept in the frames that hold its lines, so that both are safe at once.

A source that is silent has its mark in an old frame, so all marks are also written to a file now and then, often
enough that what is newer is among the frames that every start reads.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from hexaops.backends.logstores.embedded.blocklog import RECENT_FRAMES, merged
from hexaops.backends.logstores.embedded.durable import write_whole
from hexaops.backends.logstores.embedded.frames import Marks

FILE = "marks.json"
SAVE_FRAMES = RECENT_FRAMES // 4
MOST_MARKS = 100_000
"""The oldest are forgotten: pods come and go."""

logger = logging.getLogger(__name__)


class MarkFile:
    """All marks of a store; written by its writing thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._marks: Marks = {}
        self._unsaved = 0

    def load(self, *newer: Marks) -> None:
        """Read the file and what frames say beyond it."""
        saved: Marks = {}
        if self._path.exists():
            try:
                saved = msgspec.json.decode(self._path.read_bytes(), type=Marks)
            except msgspec.MsgspecError:
                logger.warning("marks of log sources are unreadable; the newest are taken from the block logs")
        self._marks = merged((saved, *newer))

    def get(self, source: str) -> tuple[int, int] | None:
        """The mark of a source; None when nothing of it was ever stored."""
        return self._marks.get(source)

    def keep(self, marks: Marks) -> None:
        """Marks that a frame holds; called for every frame, as a start reads a number of frames, whatever they hold."""
        self._marks.update(marks)
        if marks or self._unsaved:
            self._unsaved += 1
        if self._unsaved >= SAVE_FRAMES:
            self.save()

    def save(self) -> None:
        """Write the file; one that fails is written later."""
        newest = sorted(self._marks.items(), key=lambda item: item[1])[-MOST_MARKS:]
        try:
            write_whole(self._path, msgspec.json.encode(dict(newest)))
        except OSError as error:
            logger.warning("marks of log sources cannot be written", exc_info=error)
            return
        self._unsaved = 0
