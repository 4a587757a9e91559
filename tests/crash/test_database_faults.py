"""The database fails while changes run: each goes on, and ends verified or undone; none is left in doubt."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.crash.database_faults import BAR_SECONDS, KINDS, Report, failing_world, inject, planned

LONG_FAULTS = 200


async def _faults(home: Path, count: int) -> Report:
    rng = random.Random(16)
    async with failing_world(home) as (world, faults):
        return await inject(world, faults, planned(KINDS, count, rng, None), rng)


def _check(report: Report) -> None:
    assert report.ended
    assert (report.lost, report.duplicated, report.in_doubt) == (0, 0, []), [*report.lines()]


@pytest.mark.timeout(300)
async def test_changes_survive_a_failing_database(tmp_path: Path) -> None:
    _check(await _faults(tmp_path, len(KINDS)))


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_changes_survive_two_hundred_faults(tmp_path: Path) -> None:
    report = await _faults(tmp_path, LONG_FAULTS)
    _check(report)
    assert len(report.ended) >= LONG_FAULTS
    assert report.longest_seconds <= BAR_SECONDS, [*report.lines()]
