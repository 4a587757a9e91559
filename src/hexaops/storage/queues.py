"""Starts queued runs at once: a queue's worker sleeps until this process commits work for it.

DBOS looks at each queue at a fixed interval: a short one keeps an idle process busy, a long one delays every change.
Its worker waits on its stop event between two looks, so an event whose wait can be cut short wakes it. The poll
remains for what this process does not see: slow for work of other replicas and delayed work whose time has come,
faster while runs of the queue occupy its places, which become free one by one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import chain
from types import FunctionType
from typing import TYPE_CHECKING

from dbos import _sys_db as system_database  # private, like the next lines
from dbos import _workflow_commands as background_jobs
from dbos._queue import queue_worker_thread  # tests/storage/test_queues.py notices when it changes

if TYPE_CHECKING:
    from dbos import DBOS
    from dbos._queue import Queue

BUSY_POLL_SECONDS = 0.5
AFTER_A_WAKE_SECONDS = (0.5, 2.0, 8.0)
"""Pauses of the looks after a wake: DBOS swallows the error of one that fails, and the next poll may be far off."""
BACKGROUND_SECONDS = 5.0
"""Between two looks for delayed work that a process which ended has left; its own is made ready to the second."""
LONGEST_RETRY_SECONDS = 2.0
"""DBOS's longest pause between attempts while the database is unavailable, before its chance of 0.5 to 1.5 times."""


class WakeableEvent(threading.Event):
    """An event whose `wait` ends, returning False, also by a `wake` since the last wait, and sooner while busy."""

    def __init__(
        self, is_busy: Callable[[], bool] = lambda: False, after_a_wake: Sequence[float] = AFTER_A_WAKE_SECONDS
    ) -> None:
        super().__init__()
        self._is_busy = is_busy
        self._after_a_wake = after_a_wake
        self._pauses: list[float] = []
        self._alarm = threading.Event()
        self._was_busy = False
        self._ends = self._ends_seen = 0

    def wake(self) -> None:
        """End the current wait, or the next one."""
        self._alarm.set()

    def note_end(self) -> None:
        """A run has ended: its place becomes free once that is recorded, which no wake tells of."""
        self._ends += 1

    def set(self) -> None:
        """Set the event, and end the wait."""
        super().set()
        self._alarm.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether the event was set by the end of the wait."""
        ends = self._ends
        busy, self._ends_seen = self._is_busy() or ends != self._ends_seen, ends
        if timeout is not None and (busy or self._was_busy):  # the look before may have seen the place still taken
            timeout = min(timeout, BUSY_POLL_SECONDS)
        self._was_busy = busy
        if timeout is not None and self._pauses:
            timeout = min(timeout, self._pauses.pop(0))
        if self._alarm.wait(timeout):
            self._pauses = [*self._after_a_wake]
        self._alarm.clear()
        return self.is_set()


class QueueWorker:
    """The thread that takes the runs of one queue."""

    def __init__(self, dbos: DBOS, queue: Queue) -> None:
        self._dbos = dbos
        self._event = WakeableEvent(lambda: dbos._active_workflows_set.count_for_queue(queue.name) > 0)
        self._thread = threading.Thread(
            target=queue_worker_thread, args=(self._event, dbos, queue), name=f"queue-{queue.name}", daemon=True
        )

    def start(self) -> None:
        """Start taking runs."""
        self._thread.start()

    def wake(self) -> None:
        """Poll for runs now."""
        self._event.wake()

    def note_end(self) -> None:
        """A run of the queue has ended."""
        self._event.note_end()

    def take_delayed(self) -> None:
        """Make delayed work whose time has come ready, and look for it; blocks for a statement."""
        if not self._event.is_set():
            self._dbos._sys_db.transition_delayed_workflows()
            self._event.wake()

    def stop(self) -> None:
        """Stop taking runs; those already taken continue."""
        self._event.set()
        self._thread.join()


def own_queues_only(dbos: DBOS) -> None:
    """Before the launch: no worker of DBOS for our queues, and fewer looks at what is empty nearly always."""
    background_jobs._BACKGROUND_JOBS_INTERVAL_SEC = BACKGROUND_SECONDS
    dbos.listen_queues([])


def retry_soon(dbos: DBOS) -> None:
    """Bound DBOS's pauses while the database is unavailable: they double up to 90 seconds, and after a minute's outage
    whatever was claimed just before it would wait that long again."""
    first_seconds = (system_database.db_retry.__defaults__ or ())[0]
    system_database.db_retry.__defaults__ = (first_seconds, LONGEST_RETRY_SECONDS)  # for those made within a call
    for retried in chain.from_iterable(vars(owner).values() for owner in type(dbos._sys_db).__mro__):
        if isinstance(retried, FunctionType) and "max_backoff" in retried.__code__.co_freevars:
            place = retried.__code__.co_freevars.index("max_backoff")
            (retried.__closure__ or ())[place].cell_contents = LONGEST_RETRY_SECONDS


def end_unused(dbos: DBOS) -> None:
    """After the launch: end DBOS's threads that look for queues and schedules of its own, of which there are none."""
    for event in dbos.background_thread_stop_events:
        event.set()
