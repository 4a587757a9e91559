"""A third of the API server's calls fail, some after they were done: no change is lost, none is made twice."""

from __future__ import annotations

import pytest

from tests.crash.api_faults import CONVERGED_SECONDS, measured


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(150, marks=pytest.mark.timeout(300)),
        pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_no_change_is_lost_or_made_twice(calls: int) -> None:
    report = await measured(calls, seed=4)
    assert report.ended.total() > 0
    assert (report.lost, report.duplicated, report.in_doubt) == (0, 0, 0), str(report)
    assert report.converged_seconds <= CONVERGED_SECONDS
    assert min(report.injected.values()) > 0
