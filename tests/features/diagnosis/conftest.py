"""The living world, whose cluster answers lists and logs as a real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """On SQLite only: a diagnosis stores nothing."""
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened
