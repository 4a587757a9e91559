"""Durable runs: work that is started with a commit and ends even if the process is killed at any line.

DBOS does the work behind this one module; nothing else imports it. Its settings are measured choices: WAL (set by
`database.py`), plain JSON instead of pickle, a pinned application version (else every change of code would strand
running work), a random executor id with a heartbeat and a sweeper (else the runs of a dead replica stay pending for
ever), async functions only. What has been done so far is kept in our own tables, which the API shows, not in DBOS's
step records: a run reads there where to go on, and DBOS may be replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.engine_connections import factory
from hexaops.storage.executors import Executors
from hexaops.storage.lock import FileLock

if TYPE_CHECKING:
    from dbos import DBOSClient

    from hexaops.storage.queues import QueueWorker

Run = Callable[[str], Awaitable[None]]

HEARTBEAT_SECONDS = 1.0
MAX_RECOVERIES = 20
"""Restarts of a run before giving up: a run that kills its process must not do so forever."""
APPLICATION_VERSION = "1"
POLL_SECONDS = 10.0
"""Finds what no notification announces: other replicas' work, and delayed work left by a process that has ended."""
ALONE_POLL_SECONDS = 60.0
"""The same for the only process on a SQLite file, whose own commits and takeovers wake it."""
LISTEN_SECONDS = 0.25
"""DBOS's wait for messages between runs, of which there are none: it is only how long a stop takes."""
DELAY_SLACK_SECONDS = 0.01
"""Ensures that delayed work is also due by DBOS's own clock."""
SYSTEM_LIMITS = {
    "connect_timeout": "5", "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "options": "-c statement_timeout=15s -c lock_timeout=10s -c idle_in_transaction_session_timeout=15s",
}  # fmt: skip
"""libpq's options for DBOS's own connections: a server that is gone without a word is noticed."""
FAILED_STATUSES = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
PURGE_BATCH = 200

logger = logging.getLogger(__name__)


class Waiting(Struct, frozen=True):
    """Runs not yet taken by any process."""

    depth: int
    oldest_seconds: float


class DurableEngine:
    """Register the kinds of runs, launch, then enqueue them inside the transaction that accepts the work."""

    def __init__(
        self, database: Database, *, clock: Clock, takeover_seconds: float = 5.0, poll_seconds: float | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._runs: dict[str, tuple[Run, int, int | None]] = {}
        self._running: dict[asyncio.Task[Any], str] = {}
        """Each run's task and its argument."""
        self._client: DBOSClient | None = None
        self._workers: dict[str, QueueWorker] = {}
        self._beat: asyncio.Task[None] | None = None
        self._lock = FileLock(database.sqlite_path)
        self._executors = Executors(database, clock=clock, dead_after_seconds=takeover_seconds)
        self.executor_id = new_id("exec_")

    def register(self, name: str, run: Run, *, concurrency: int = 16, per_key: int | None = None) -> None:
        """Name a kind of run: `run(argument)` must be safe to start again from any point. Only before `launch`.

        With `per_key`, at most so many runs of one key take this process's places, and every enqueue names its key.
        """
        self._runs[name] = (run, concurrency, per_key)

    def reserve(self) -> None:
        """Make this process the only one on its SQLite file, before it changes anything there.

        Raises AlreadyServedError on a file in use.
        """
        self._lock.acquire()

    async def launch(self) -> None:
        """Start taking work, including dead processes' work; raises AlreadyServedError if the file is in use."""
        from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer  # noqa: PLC0415 # slow to import

        from hexaops.storage.queues import QueueWorker, end_unused, own_queues_only, retry_soon  # noqa: PLC0415 # imports DBOS

        self.reserve()
        url = self._system_url()
        config: DBOSConfig = {
            "name": "hexaops",
            "system_database_url": url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self.executor_id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": LISTEN_SECONDS,
        }
        if self._database.is_sqlite:
            config["db_engine_kwargs"] = {"connect_args": {"factory": factory(self._database.turns)}}
        dbos = DBOS(config=config)
        own_queues_only(dbos)
        for name, (run, *_) in self._runs.items():
            DBOS.workflow(name=name, max_recovery_attempts=MAX_RECOVERIES)(self._as_workflow(name, run))
        await self._executors.beat(self.executor_id)
        _join_our_logs(logging.getLogger("dbos"))
        DBOS.launch()
        end_unused(dbos)
        retry_soon(dbos)
        poll_seconds = self._poll_seconds or (ALONE_POLL_SECONDS if self._lock.held else POLL_SECONDS)
        for name, (_, concurrency, per_key) in self._runs.items():
            queue = await DBOS.register_queue_async(
                name,
                worker_concurrency=concurrency,
                partition_worker_concurrency=per_key,
                polling_interval_sec=poll_seconds,
                on_conflict="always_update",
            )
            self._workers[name] = QueueWorker(dbos, queue)
        for worker in self._workers.values():
            worker.start()
        self._client = DBOSClient(system_database_url=url, serializer=DBOSPortableJSONSerializer(), lazy=True)
        await self._take_over()
        for name in self._workers:  # for what was accepted and not yet begun when the last process ended
            self._wake(name)
        if not self._lock.held:  # alone on a file, nobody asks whether this process lives
            self._beat = asyncio.create_task(self._heartbeats(), name="engine-heartbeat")

    async def close(self) -> None:
        """Stop taking work; running work is left for the next process to resume."""
        if self._client is None:
            return
        from dbos import DBOS  # noqa: PLC0415 # imported by `launch` already

        if self._beat:
            self._beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beat
        running, loop = [*self._running], asyncio.get_running_loop()
        for task in running:
            task.get_loop().call_soon_threadsafe(task.cancel)
        # A run that began while this loop stood still is on DBOS's own loop, which `destroy` ends.
        await asyncio.gather(*(task for task in running if task.get_loop() is loop), return_exceptions=True)
        workers, self._workers = self._workers, {}
        for worker in workers.values():
            await asyncio.to_thread(worker.stop)
        client, self._client = self._client, None
        await asyncio.to_thread(client.destroy)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        await self._executors.leave(self.executor_id)
        self._lock.release()

    async def enqueue(
        self,
        session: AsyncSession,
        name: str,
        *,
        run_id: str,
        argument: str,
        delay_seconds: float = 0.0,
        key: str | None = None,
    ) -> None:
        """Start `name(argument)` if and only if the transaction commits; a `run_id` used before starts nothing."""
        client = self._client
        if client is None:
            message = "the durable engine is not launched"
            raise RuntimeError(message)
        options: Any = {"workflow_name": name, "queue_name": name, "workflow_id": run_id}
        if delay_seconds > 0:
            options["delay_seconds"] = delay_seconds
        if key is not None:
            options["queue_partition_key"] = key
        await session.run_sync(lambda bound: client.enqueue_in_transaction(bound, options, argument))
        loop = asyncio.get_running_loop()
        if delay_seconds > 0:
            loop.call_later(delay_seconds + DELAY_SLACK_SECONDS, self._make_ready, name)
        else:
            event.listen(session.sync_session, "after_commit", lambda _session: self._wake(name), once=True)

    async def is_alive(self, session: AsyncSession, executor_id: str) -> bool:
        """Whether another process of the service lives; alone on a file, none does."""
        return not self._lock.held and await self._executors.is_alive(session, executor_id)

    async def has_failed(self, run_id: str) -> bool:
        """Whether the run ended without doing its work: it raised, or killed its process too often."""
        return await self._status(run_id) in FAILED_STATUSES

    async def has_ended(self, run_id: str) -> bool:
        """Whether the run has ended, successfully or not."""
        return await self._status(run_id) in {"SUCCESS", *FAILED_STATUSES}

    async def is_lost(self, run_id: str, argument: str) -> bool:
        """Whether this process claimed the run and then could not start it, because the database went away between."""
        from dbos import DBOS  # noqa: PLC0415 # imported by `launch` already

        if argument in self._running.values():
            return False
        found = await DBOS.get_workflow_status_async(run_id)
        return found is not None and found.status == "PENDING" and found.executor_id == self.executor_id

    async def is_known(self, run_id: str) -> bool:
        """Whether a run of this id was ever enqueued."""
        return await self._status(run_id) is not None

    async def waiting(self) -> Waiting:
        """Queued runs across all processes; raises RuntimeError before `launch`."""
        if self._client is None:
            message = "the durable engine is not launched"
            raise RuntimeError(message)
        from dbos import DBOS  # noqa: PLC0415 # imported by `launch` already

        found = await DBOS.list_workflows_async(status="ENQUEUED", load_input=False, load_output=False)
        now = self._clock.now().timestamp()
        due = [max(run.created_at or 0, run.delay_until_epoch_ms or 0) / 1000 for run in found]
        return Waiting(len(found), max(0.0, now - min(due)) if due else 0.0)

    async def purge(self, *, finished_before_epoch_ms: int) -> int:
        """Delete the records of runs that ended before then; returns how many."""
        from dbos import DBOS  # noqa: PLC0415 # imported by `launch` already

        deleted = 0
        while True:
            found = await DBOS.list_workflows_async(
                status=["SUCCESS", *FAILED_STATUSES], end_time=None, limit=PURGE_BATCH, sort_desc=False
            )
            old = [run.workflow_id for run in found if (run.updated_at or 0) < finished_before_epoch_ms]
            if not old:
                return deleted
            await DBOS.delete_workflows_async(old)
            deleted += len(old)

    async def _status(self, run_id: str) -> str | None:
        from dbos import DBOS  # noqa: PLC0415 # imported by `launch` already

        found = await DBOS.get_workflow_status_async(run_id)
        return None if found is None else str(found.status)

    def _make_ready(self, name: str) -> None:
        if worker := self._workers.get(name):
            asyncio.get_running_loop().run_in_executor(None, worker.take_delayed)

    def _wake(self, name: str) -> None:
        if worker := self._workers.get(name):
            worker.wake()

    def _system_url(self) -> str:
        if self._database.is_sqlite:
            return f"sqlite:///{self._database.sqlite_path}"
        bounded = self._database.url.set(drivername="postgresql+psycopg").update_query_dict(SYSTEM_LIMITS)
        return bounded.render_as_string(hide_password=False)

    def _as_workflow(self, name: str, run: Run) -> Callable[[str], Coroutine[Any, Any, None]]:
        async def workflow(argument: str) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._running[task] = argument
            try:
                await run(argument)
            except Exception:
                logger.exception("durable run failed", extra={"run": name, "argument": argument})
                raise
            finally:
                self._running.pop(task, None)
                if worker := self._workers.get(name):
                    worker.note_end()

        workflow.__qualname__ = workflow.__name__ = name
        return workflow

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self._executors.beat(self.executor_id)
                await self._take_over()
            except Exception:  # the heartbeat must survive database outages
                logger.exception("engine heartbeat failed")

    async def _take_over(self) -> None:
        """Resume the runs of dead processes.

        DBOS's own call for it is private, and right: it is conditional on the dead process's id, so two sweepers
        cannot start a run twice. A test that kills processes holds it.
        """
        from dbos import DBOS  # noqa: PLC0415 # imported by `launch` already

        async with self._executors.dead(self.executor_id, alone=self._lock.held) as dead:
            if dead and (runs := await asyncio.to_thread(DBOS._recover_pending_workflows, dead)):
                logger.info("resuming runs of dead processes", extra={"executors": dead, "runs": len(runs)})
                for worker in self._workers.values():
                    worker.wake()


def _join_our_logs(theirs: logging.Logger) -> None:
    """DBOS writes lines of its own form to stderr; they shall go the way of ours, its warnings of runs left for later
    excepted."""
    theirs.handlers.clear()
    theirs.propagate = True
    theirs.setLevel(logging.ERROR)
