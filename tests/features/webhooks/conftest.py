"""The world that most tests of webhooks move by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.features.webhooks.world import World, written_world


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A written world."""
    async with written_world(database_url, tmp_path) as made:
        yield made
