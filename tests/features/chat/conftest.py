"""The documents' world, on both engines where something is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.features.applications.world import ChatWorld, chat_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    """For tests of what is said."""
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


@pytest.fixture
async def stored(database_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    """For tests of what is stored: SQLite and PostgreSQL."""
    async with chat_world(database_url, tmp_path) as served:
        yield served
