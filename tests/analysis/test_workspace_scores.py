"""Scores of a workspace: each formula at its ends and in between."""

from __future__ import annotations

import pytest

from hexaops.analysis.workspace_scores import availability, freedom_from_issues, overall, performance


def test_availability_counts_no_application_above_what_it_wants() -> None:
    assert availability([(3, 3), (1, 2), (5, 0)]) == 80.0
    assert availability([(9, 1), (0, 1)]) == 50.0
    assert availability([(0, 0)]) is None


@pytest.mark.parametrize(("percent", "score"), [(0, 100), (80, 100), (90, 50), (100, 0), (140, 0)])
def test_performance_falls_from_80_percent_on(percent: float, score: float) -> None:
    assert performance([percent]) == score


def test_performance_is_a_mean_of_what_is_measured() -> None:
    assert performance([10, 90]) == 75.0
    assert performance([]) is None


def test_each_issue_costs_by_its_severity() -> None:
    assert freedom_from_issues([]) == 100
    assert freedom_from_issues(["critical", "warning", "info"]) == 66
    assert freedom_from_issues(["critical"] * 5) == 0


def test_overall_leaves_out_what_is_unknown() -> None:
    assert overall(100, 50, 0) == 65.0
    assert overall(100, None, 30) == 80.0
    assert overall(None, None, 30) == 30.0
