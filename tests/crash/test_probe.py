"""A probe pod whose process was killed at any point is made once and deleted once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.crash.test_kill import PARAMETERS, Case, Kind, case_of, cases, killed_at, points_of, stage, write_points

PROBE = case_of("probe_connectivity", "web-app", to="api-service")
POINTS: Sequence[Kind] = [(PROBE, [*points_of(PROBE, 1), *write_points("undo", 1)])]
SHORT = frozenset({"apply.sent", "await_probe.started", "undo.intent_recorded"})
"""The rest is common to all kinds and tried with them."""


@pytest.mark.parametrize(
    PARAMETERS,
    [
        pytest.param(*one.values, id=one.id, marks=one.marks if one.values[1] in SHORT else pytest.mark.long)
        for one in cases(*POINTS, always="apply.sent")
    ],
    indirect=["database_url"],
)
async def test_made_once_and_deleted_once(case: Case, point: str, database_url: str, tmp_path: Path) -> None:
    async with stage() as stage_:
        outcome = await killed_at(point, case, tmp_path, database_url, stage_, probe_image="registry.example/probe:1")
        assert outcome.action["status"] == "completed", outcome.action
        assert outcome.action["result"]["details"]["method"] == "probe"
        verbs = [one.partition(" ")[0] for one in stage_.writes()]
        assert verbs == ["create", "delete"], stage_.writes()
        (write,) = outcome.plan["writes"]
        live = stage_.find(write["object"])
        assert live is None or live.deleting
