"""Keeps Python's garbage collector from running while a great many objects are made that all stay.

The collector looks for garbage after every few hundred new containers; while a large answer is decoded it finds none,
and takes four fifths of the time. Threads may overlap: it goes on when the last of them is done.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0


@contextmanager
def collection_paused() -> Iterator[None]:
    """For a short, synchronous piece of work."""
    global _pauses  # noqa: PLW0603  # the collector is one for the process, and so is its state
    with _lock:
        if _pauses == 0 and not gc.isenabled():
            paused = False  # somebody else's decision, not to be undone here
        else:
            paused = True
            _pauses += 1
            gc.disable()
    try:
        yield
    finally:
        if paused:
            with _lock:
                _pauses -= 1
                if _pauses == 0:
                    gc.enable()
