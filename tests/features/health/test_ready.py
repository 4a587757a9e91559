"""While PostgreSQL is silent `/readyz` says so soon, and other requests are refused in bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from testenv.harness.proxy import FaultProxy
from tests.serving import AccessWorld, access_world

SOON_SECONDS, BOUND_SECONDS = 8.0, 40.0
"""Below the 10 s that a statement may take; and only against a request that hangs."""


@pytest.fixture
async def proxy(postgresql_folder: str) -> AsyncIterator[FaultProxy]:
    made = FaultProxy(lambda: asyncio.open_unix_connection(f"{postgresql_folder}/.s.PGSQL.5432"))
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def stalled(database_url: str, proxy: FaultProxy, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """A served app whose PostgreSQL does not say anything any more."""
    url = f"postgresql://postgres@127.0.0.1:{proxy.port}/{make_url(database_url).database}"
    async with access_world(url, tmp_path) as world:
        headers = await world.member("anna", "operator")
        world.client.headers.update(headers)
        proxy.set_mode("stall")
        yield world
        proxy.set_mode("pass")
        proxy.reset()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_silent_postgresql(stalled: AccessWorld) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        answers = await asyncio.gather(*(stalled.client.get("/readyz") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {503}
    assert "did not answer within" in answers[0].json()["parts"]["database"]["reason"]


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_other_requests_are_refused(stalled: AccessWorld) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        answer = await stalled.client.get(f"/api/v1/workspaces/{stalled.workspace_id}/aiops/sessions")
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"]
