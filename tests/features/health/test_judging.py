"""When a part is degraded or unhealthy: each bound from both sides."""

from __future__ import annotations

import pytest

from hexaops.features.health.judging import (
    Health,
    judge_all,
    judge_database,
    judge_queue,
    judge_requests,
    judge_system,
)
from hexaops.kit.recent import Recent


def recent(*, count: int = 100, median: float = 0.01, mean: float = 0.01, failed: int = 0, slow: int = 0) -> Recent:
    return Recent(count, median, mean, failed, slow)


@pytest.mark.parametrize(("found", "status"), [
    (recent(), "healthy"), (recent(median=1.0), "healthy"), (recent(median=1.1), "degraded"),
    (recent(failed=4), "healthy"), (recent(failed=5), "degraded"), (recent(failed=50), "unhealthy"),
    (recent(count=19, failed=19), "healthy"),
])  # fmt: skip
def test_requests(found: Recent, status: Health) -> None:
    assert judge_requests(found) == status


@pytest.mark.parametrize(("found", "active", "status"), [
    (recent(), 9, "healthy"), (recent(), 10, "degraded"), (recent(mean=0.26), 0, "degraded"),
    (recent(slow=10), 0, "healthy"), (recent(slow=11), 0, "degraded"),
])  # fmt: skip
def test_database(found: Recent, active: int, status: Health) -> None:
    assert judge_database(found, active=active, most=10) == status


@pytest.mark.parametrize(("lag", "status"), [(0, "healthy"), (30, "healthy"), (31, "degraded"), (301, "unhealthy")])
def test_queue(lag: float, status: Health) -> None:
    assert judge_queue(lag) == status


def test_clusters_stand_in_for_each_other_and_parts_do_not() -> None:
    assert judge_all(["healthy", "unhealthy"]) == "degraded"
    assert judge_all(["unhealthy", "unhealthy"]) == judge_all([]) == "unhealthy"
    assert judge_all(["healthy"]) == "healthy"
    assert judge_system(["healthy", "unhealthy", "degraded"]) == "unhealthy"
    assert judge_system(["healthy", "degraded"]) == "degraded"
