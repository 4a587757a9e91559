"""A committed run starts at once, not at the next poll; and DBOS still has the parts that this rests on."""

from __future__ import annotations

import asyncio
import inspect
import threading

from dbos import _sys_db as system_database
from dbos import _workflow_commands as background_jobs
from dbos._queue import queue_worker_thread

from hexaops.kit.clock import SystemClock
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.queues import LONGEST_RETRY_SECONDS, WakeableEvent


def test_a_wake_ends_the_wait_without_setting_the_event() -> None:
    event = WakeableEvent()
    event.wake()
    assert not event.wait(timeout=60)


def test_setting_ends_the_wait_in_another_thread() -> None:
    event, ended = WakeableEvent(), []
    thread = threading.Thread(target=lambda: ended.append(event.wait(timeout=60)))
    thread.start()
    event.set()
    thread.join(timeout=30)
    assert ended == [True]


def test_a_place_is_looked_for_once_more_after_the_last_run_has_ended() -> None:
    """The look before the end saw the place taken, and nothing else would wake it for an hour."""
    busy = [True]
    event = WakeableEvent(lambda: busy[0])
    assert not event.wait(timeout=3600)
    busy.clear()
    busy.append(False)
    assert not event.wait(timeout=3600)


def test_a_run_that_began_and_ended_between_two_waits_is_noticed() -> None:
    event = WakeableEvent()
    event.note_end()
    assert not event.wait(timeout=3600)


def test_a_look_that_failed_is_repeated_after_a_wake() -> None:
    """On a full disk the look that a wake led to takes nothing, and nothing else would wake it for an hour."""
    event = WakeableEvent(after_a_wake=(0.0, 0.01))
    event.wake()
    for _ in range(3):
        assert not event.wait(timeout=3600)


def test_dbos_still_waits_on_the_event_it_is_given() -> None:
    assert list(inspect.signature(queue_worker_thread).parameters) == ["stop_event", "dbos", "queue"]
    assert background_jobs._BACKGROUND_JOBS_INTERVAL_SEC > 0
    assert "stop_event.wait(timeout=polling_interval" in inspect.getsource(queue_worker_thread)


async def test_no_retry_pauses_for_long(database: Database) -> None:
    """DBOS's own bound is a minute and a half: after a minute's outage, what it interrupted waited as long again."""
    engine = DurableEngine(database, clock=SystemClock())
    await engine.launch()
    await engine.close()
    for name in ("update_workflow_outcome", "list_workflows", "get_queue_partitions"):
        method = vars(system_database.SystemDatabase)[name]
        bounds = dict(zip(method.__code__.co_freevars, method.__closure__, strict=True))
        assert bounds["max_backoff"].cell_contents == LONGEST_RETRY_SECONDS, name
    assert system_database.db_retry.__defaults__ == (1.0, LONGEST_RETRY_SECONDS)


async def test_runs_start_without_the_slow_poll(database: Database) -> None:
    """It comes after an hour here: a commit starts the first run, the free place the second, its time the third."""
    done: list[str] = []
    all_done = asyncio.Event()
    loop = asyncio.get_running_loop()
    engine = DurableEngine(database, clock=SystemClock(), poll_seconds=3600.0)

    async def run(argument: str) -> None:
        done.append(argument)
        if len(done) == 3:
            loop.call_soon_threadsafe(all_done.set)

    engine.register("woken", run, concurrency=1)
    await engine.launch()
    try:
        async with database.transaction() as session:
            await engine.enqueue(session, "woken", run_id="run-1", argument="1")
            await engine.enqueue(session, "woken", run_id="run-2", argument="2")
            await engine.enqueue(session, "woken", run_id="run-3", argument="3", delay_seconds=1.0)
        async with asyncio.timeout(60):
            await all_done.wait()
    finally:
        await engine.close()
    assert sorted(done) == ["1", "2", "3"]
