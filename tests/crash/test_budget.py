"""Two processes on one PostgreSQL share the budget of a rate limit: together they let pass exactly what it says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.crash.process import Start, running, settings_of
from tests.crash.test_kill import stage

LIMIT, EACH = 40, 60


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_processes_let_pass_what_one_budget_has(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database_url, rate_limit_public=f"{LIMIT}/hour")
    async with (
        stage() as stage_,
        running(Start(settings, stage_.url)) as one,
        running(Start(settings, stage_.url)) as other,
    ):
        calls = [service.client.get("/aiops/audit") for _ in range(EACH) for service in (one, other)]
        answers = await asyncio.gather(*calls)
        passed = [one for one in answers if one.status_code == 200]
        refused = [one for one in answers if one.status_code == 429]
        assert (len(passed), len(refused)) == (LIMIT, 2 * EACH - LIMIT)
        assert sorted(int(one.headers["x-ratelimit-remaining"]) for one in passed) == list(range(LIMIT))
        assert {one.headers["x-ratelimit-remaining"] for one in refused} == {"0"}
        assert all(3500 < int(one.headers["retry-after"]) <= 3660 for one in refused)
