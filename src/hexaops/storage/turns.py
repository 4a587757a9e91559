"""Turns to write to a SQLite file among the threads of one process, first come first served.

SQLite lets a writer that finds the file locked try again after ever longer sleeps: under load one may lose each time to
others that came later, while at other times the file is free and all of them sleep. A turn passes from thread to thread
without the event loop, which may be busy.
"""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """One for each database that is opened, for all its connections; other processes' writers still try again."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a connection that is collected while it is held gives its turn back
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @property
    def waiting(self) -> int:
        """How many threads wait."""
        return len(self._waiting)

    def take(self, seconds: float) -> bool:
        """Wait for the turn; whether it came in time. Whoever has it gives it back."""
        mine = threading.Event()  # not within the lock: no collection may come between the look and the place in line
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(mine)
        if mine.wait(seconds):
            return True
        with self._lock:
            if mine.is_set():  # it came at the last moment
                return True
            self._waiting.remove(mine)
        return False

    def give_back(self) -> None:
        """Let the next one write."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
