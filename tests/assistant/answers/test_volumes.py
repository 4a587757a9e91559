"""How full volumes are, told."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.volumes import Volume, answer_volumes
from tests.analysis.applications.rows import AT, workload

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())
HOUR = 3600.0


def volume(name: str, values: list[float]) -> Volume:
    one = application_of(workload("shop", name, desired=1), [], application_id=f"app-{name}", now=AT)
    return Volume(one, np.array(values), HOUR)


def told(*found: Volume) -> Draft:
    draft = Draft()
    answer_volumes(found, 3, 7 * 24 * HOUR, FACTS, draft)
    return draft


def test_what_fills_says_when_it_is_full() -> None:
    lines = told(volume("flat", [20.0] * 48), volume("filling", [50 + 0.5 * hour for hour in range(49)])).content
    assert lines.splitlines()[:3] == [
        "A volume of filling is full in 2.3 days at this pace, the first of 2 applications:",
        "- filling: 74% full, full in 2.3 days at this pace",
        "- flat: 20% full, no clear trend",
    ]


def test_nothing_that_fills_is_said_first() -> None:
    first = told(volume("flat", [20.0] * 48)).content.splitlines()[0]
    assert first == "No volume of 1 application is clearly filling; the fullest of each, fullest first:"


def test_nothing_measured_is_not_an_answer() -> None:
    draft = told()
    assert draft.content.startswith("I can't tell: no volume of 3 applications is measured.")
    assert not draft.fulfilled


def test_gaps_do_not_count_as_empty() -> None:
    assert "- sparse: 40% full" in told(volume("sparse", [float("nan"), 40.0, float("nan")])).content
