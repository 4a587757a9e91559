"""A process that is paused beyond its lease writes nothing stale when it wakes: another has taken its change over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.pauses import measured

PAUSES = 100


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_stale_is_written_in_a_hundred_pauses(tmp_path: Path) -> None:
    report = await measured(tmp_path, PAUSES, seed=3)
    assert (report.pauses, report.stale, report.lost) == (PAUSES, 0, 0), str(report)
    assert report.taken_over > PAUSES // 2
