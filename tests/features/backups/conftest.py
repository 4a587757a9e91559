"""One service with its cluster and a folder of archives for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.features.backups.calls import CHANNEL, Backups
from tests.living import living_world


@pytest.fixture
async def backups(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Backups]:
    settings = {"backup_channels": [CHANNEL], "rate_limit_application": "30/minute"}
    async with living_world(sqlite_url, tmp_path, settings) as living:
        yield Backups(living, tmp_path / "backups")
