"""Named points at which a test may kill the process, to prove that no moment of a change is unsafe."""

from __future__ import annotations

import os
import signal


class Failpoints:
    """Kills this process, as `kill -9` does, when the armed point is reached for the n-th time (`name` or `name:n`)."""

    def __init__(self, armed: str | None = None) -> None:
        name, _, count = (armed or "").partition(":")
        self._armed = name
        self._left = int(count or 1)

    def reach(self, name: str) -> None:
        """Say that the point is reached."""
        if name != self._armed:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
