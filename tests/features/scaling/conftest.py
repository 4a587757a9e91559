"""The living world for tests of scaling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The documents' own world; what is tested here does not depend on the database."""
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened
