"""The documents' world, for the routes of applications."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.features.applications.world import ChatWorld, chat_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    """Nothing of applications is stored, so one engine will do."""
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served
