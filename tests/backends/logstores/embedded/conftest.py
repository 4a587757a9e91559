"""Embedded stores in folders of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.kit.clock import ManualClock
from tests.backends.logstores.cases import NOON_US, FirstWordMiner

Opener: TypeAlias = Callable[..., AbstractAsyncContextManager[EmbeddedLogStore]]
RETENTION = Retention(14, 1 << 40)


@pytest.fixture
def clock() -> ManualClock:
    """Two days after noon."""
    return ManualClock(datetime.fromtimestamp(NOON_US / 1e6 + 2 * 86_400, UTC))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store of this test is."""
    return tmp_path / "logs"


@pytest.fixture
def opened(folder: Path, clock: ManualClock) -> Opener:
    """Opens the store of this test, as often as it is called, one after the other."""

    @asynccontextmanager
    async def open_store(retention: Retention = RETENTION) -> AsyncIterator[EmbeddedLogStore]:
        store = EmbeddedLogStore(folder, FirstWordMiner(), retention, clock)
        await store.ensure_open()
        try:
            yield store
        finally:
            await store.close()

    return open_store
