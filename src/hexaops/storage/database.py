"""The database: SQLite (WAL) embedded, PostgreSQL with replicas, one code base for both.

SQLite has one writer: a transaction that may write begins IMMEDIATE, so that it waits for its turn at its first
statement instead of failing in the middle.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Dialect, Engine, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool

from hexaops.errors import UpstreamUnavailableError
from hexaops.kit.recent import RecentTimes
from hexaops.storage import sqlite
from hexaops.storage.turns import Turns

BUSY_SECONDS = 10
"""How long a SQLite transaction waits for its turn among this process's, and then for other writers."""
CONNECT_SECONDS, POOL_SECONDS, STATEMENT_SECONDS = 5, 5, 10
"""Limits of opening a connection, of waiting for a free one, and of one statement on PostgreSQL."""
LIMITS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{STATEMENT_SECONDS // 2}s",
    "idle_in_transaction_session_timeout": "15s",  # a client that stalls or is paused must not hold its locks for long
}
"""The server's own limits, which end what a client that is gone has left."""
PING_SECONDS = 1.5
COUNTING_CONNECTIONS = 2
"""Beside the pool's."""
AWAY_STATES = ("08", "40", "53", "57", "58", "55P03")
"""SQLSTATE classes that say nothing against the statement: connection, conflict, resources, operator, system, lock."""
DAMAGED = ("malformed", "not a database")
EMPTIED = "The database file is empty: restore it from a backup, or remove it to start fresh"
DAMAGE = "The database file is damaged: restore it from a backup, or move it aside to start fresh"
DISK_FULL, FULL = "53100", ("disk is full", "disk I/O error", "readonly database")
"""PostgreSQL's state, and SQLite's words."""


class DatabaseUnavailableError(UpstreamUnavailableError):
    """The database is unavailable."""


def _postgres_errors() -> tuple[type[Exception], ...]:
    """What a PostgreSQL server says."""
    driver = sys.modules.get("asyncpg")  # imported with the first engine on PostgreSQL; SQLite's does without its 3 MB
    return (driver.PostgresError,) if driver else ()


def _broken_errors() -> tuple[type[Exception], ...]:
    """The driver's own: the connection is closed, or what comes over it is no PostgreSQL."""
    driver = sys.modules.get("asyncpg")
    return (driver.InterfaceError, driver.InternalClientError) if driver else ()


def _errors_of_drivers() -> tuple[type[Exception], ...]:
    return (SQLAlchemyError, OSError, *_postgres_errors(), *_broken_errors())


def is_unavailable(error: BaseException) -> bool:
    """Whether the database is the reason: away, stalled, full, overloaded or damaged, and not the statement."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", "") or "")
        damaged = any(word in str(error.orig) for word in DAMAGED)
        wrong = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR  # "no such table"
        lost = isinstance(error, OperationalError | InterfaceError) and not wrong
        lost = lost or error.connection_invalidated or damaged
        return lost or state.startswith(AWAY_STATES)
    if isinstance(error, _postgres_errors()):
        return str(getattr(error, "sqlstate", "") or "").startswith(AWAY_STATES)
    return isinstance(error, (PoolTimeoutError, PendingRollbackError, OSError, *_broken_errors()))


@contextmanager
def translated() -> Iterator[None]:
    """Errors of drivers that mean an unavailable database become `DatabaseUnavailableError`."""
    try:
        yield
    except _errors_of_drivers() as error:
        if not is_unavailable(error):
            raise
        message = f"The database does not answer: {_reason(error)}"
        if any(word in str(error) for word in DAMAGED):
            message = DAMAGE
        raise DatabaseUnavailableError(message, details={"source": "database"}) from error


def _is_full(error: BaseException | None) -> bool:
    """Whether the disk has no room, or does not take what is written."""
    driver = getattr(error, "orig", None) or error
    state = str(getattr(driver, "sqlstate", "") or "")
    return state == DISK_FULL or any(word in str(driver) for word in FULL)


def _reason(error: BaseException) -> str:
    """SQLite's own words, which name nothing; of other errors only their kind: theirs may name hosts and users."""
    driver = getattr(error, "orig", None)
    if isinstance(driver, sqlite3.Error):
        return str(driver)[:200]
    return type(getattr(driver, "__cause__", None) or driver or error).__name__


BeforeCommit = Callable[[AsyncSession], Awaitable[None]]


class Connections(Struct, frozen=True):
    """How the pool stands."""

    active: int
    idle: int
    most: int


class Database:
    """Connections and transactions; made once a process."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        before_commit: BeforeCommit | None = None,
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.turns = Turns()
        """Of this process's writers, the durable engine's among them; SQLite only."""
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": 0,
            "pool_timeout": POOL_SECONDS,
            "pool_pre_ping": not self.is_sqlite,
            "json_serializer": _json,
            "json_deserializer": msgspec.json.decode,
        }
        if self.is_sqlite:
            options["connect_args"] = {
                "timeout": BUSY_SECONDS,
                "async_creator_fn": partial(sqlite.connect, turns=self.turns),
            }
        else:
            options["connect_args"] = {
                "timeout": CONNECT_SECONDS, "command_timeout": statement_seconds, "server_settings": LIMITS,
            }  # fmt: skip
        self.engine: AsyncEngine = create_async_engine(url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        event.listen(self.engine.sync_engine, "do_connect", _connect)
        event.listen(self.engine.sync_engine, "handle_error", _drop_stalled)
        self._asked: asyncio.Task[None] | None = None
        self._damaged: str | None = None
        """Found in this process's life; a restart checks the whole file."""
        self._full: str | None = None
        """Why the last write failed, until one succeeds."""
        self.queries = RecentTimes()
        """How long statements took."""
        _time_queries(self.engine.sync_engine, self.queries)
        self._readers = async_sessionmaker(self.engine, expire_on_commit=False)
        writing = self.engine.execution_options(hexaops_writes=True)
        self._writers = async_sessionmaker(writing, expire_on_commit=False)
        self._counting = None if self.is_sqlite else _counting_engine(url, options)
        self.before_commit = before_commit
        """Runs inside each transaction that may write, before its commit: binds effects to idempotency keys."""

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None on PostgreSQL."""
        return Path(self.url.database or "") if self.is_sqlite else None

    def connections(self) -> Connections:
        """This process's connections now."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return Connections(active=pool.checkedout(), idle=pool.checkedin(), most=pool.size())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        with self._noted():
            async with self._writers() as session, session.begin():
                yield session
                if self.before_commit is not None:
                    await self.before_commit(session)
            self._full = None  # a heartbeat writes every second

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A consistent view that writes nothing."""
        with self._noted():
            async with self._readers() as session, session.begin():
                yield session

    @asynccontextmanager
    async def viewing(self) -> AsyncIterator[AsyncConnection]:
        """As `reading`, for statements without the ORM: they take half as long here."""
        with self._noted():
            async with self.engine.connect() as connection:
                yield connection

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """As `translated`; what a question to the database would not show is remembered for it."""
        try:
            with translated():
                yield
        except DatabaseUnavailableError as error:
            if error.message == DAMAGE:
                self._damaged = error.message
            elif _is_full(error.__cause__):
                self._full = error.message
            raise

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[AsyncConnection]:
        """For single statements of every request, each a transaction of its own; PostgreSQL only."""
        assert self._counting is not None
        with translated():
            async with self._counting.connect() as connection:
                yield connection

    async def ping(self) -> None:
        """Raise DatabaseUnavailableError unless the database answers, takes writes, and was not found to be damaged."""
        if known := self._damaged or self._full:
            raise DatabaseUnavailableError(known, details={"source": "database"})
        await self._ask("SELECT 1" if not self.is_sqlite else "SELECT count(*) FROM sqlite_schema")

    async def answers_soon(self, seconds: float = PING_SECONDS) -> None:
        """As `ping`, and a database that is silent for so long is unavailable; the question goes on beside."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self.ping())
            self._asked.add_done_callback(lambda asked: asked.cancelled() or asked.exception())
        done, _ = await asyncio.wait({self._asked}, timeout=seconds)
        if not done:
            message = f"The database did not answer within {seconds:g} s"
            raise DatabaseUnavailableError(message, details={"source": "database"})
        await self._asked

    async def check(self) -> None:
        """Raise DatabaseUnavailableError unless the database answers and, on SQLite, is whole."""
        path = self.sqlite_path
        if path is not None and path.is_file() and path.stat().st_size == 0:  # SQLite would begin anew without a word
            raise DatabaseUnavailableError(EMPTIED, details={"source": "database"})
        if not self.is_sqlite:
            await self.ping()
        elif await self._ask("PRAGMA quick_check(1)") != "ok":
            raise DatabaseUnavailableError(DAMAGE, details={"source": "database"})

    async def _ask(self, statement: str) -> object:
        try:
            with translated():
                async with self.engine.connect() as connection:
                    return (await connection.execute(text(statement))).scalar()
        except SQLAlchemyError as error:
            message = f"The database cannot be opened: {_reason(error)}"
            raise DatabaseUnavailableError(message, details={"source": "database"}) from error

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()
        if self._counting is not None:
            await self._counting.dispose()


def _counting_engine(url: str, options: dict[str, Any]) -> AsyncEngine:
    """A few connections that are not asked first whether they live, which takes longer than the statement itself."""
    own = {**options, "pool_size": COUNTING_CONNECTIONS, "pool_pre_ping": False, "isolation_level": "AUTOCOMMIT"}
    engine = create_async_engine(url, **own)
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "handle_error", _drop_stalled)
    return engine


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _drop_stalled(context: ExceptionContext) -> None:
    """A connection whose answer did not come in time is in an unknown state: it must not go back to the pool."""
    if isinstance(context.original_exception, TimeoutError | OSError):
        context.is_disconnect = True


def _connect(dialect: Dialect, _record: object, arguments: list[Any], parameters: dict[str, Any]) -> Any:
    """A server that cannot be reached is an OSError of asyncpg's, which SQLAlchemy would pass on as it is."""
    with translated():
        return dialect.connect(*arguments, **parameters)


def _time_queries(engine: Engine, times: RecentTimes) -> None:
    def before(connection: Connection, *_: object) -> None:
        connection.info["hexaops_started"] = time.monotonic()

    def after(connection: Connection, *_: object) -> None:
        times.note(time.monotonic() - connection.info["hexaops_started"])

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("hexaops_writes", False)
    connection.connection.driver_connection.begin(writes=writes)  # type: ignore[union-attr] # a WholeStatements
