"""The living world for tests of actions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The documents' own world, served from each database."""
    async with living_world(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def sqlite_world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The same on SQLite only, for what does not depend on the database."""
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened
