"""The living world for tests of operations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.features.operations.calls import Operations
from tests.living import living_world

SETTINGS = {"rate_limit_workspace": "100000/minute", "rate_limit_application": "100000/minute"}


@pytest.fixture
async def operations(database_url: str, tmp_path: Path) -> AsyncIterator[Operations]:
    """The documents' own world, served from each database."""
    async with living_world(database_url, tmp_path, SETTINGS) as world:
        yield Operations(world)


@pytest.fixture
async def sqlite_operations(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Operations]:
    """The same on SQLite only, for what does not depend on the database."""
    async with living_world(sqlite_url, tmp_path, SETTINGS) as world:
        yield Operations(world)
