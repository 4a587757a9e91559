"""Use over a time, told: least, most, average, at the beginning, and how far back it was measured."""

from __future__ import annotations

import numpy as np
import pytest

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.usage_history import History, tell_history
from tests.analysis.applications.rows import AT, pod, workload
from tests.assistant.answers.test_insights import FACTS

HOURS = 3600.0
NAN = float("nan")


@pytest.fixture
def web() -> Application:
    owner = workload("shop", "web-app", desired=1)
    return application_of(owner, [pod(owner, 0)], application_id="app-web", now=AT)


def told(one: Application, cpu: list[float], seconds: float = 6 * HOURS) -> Draft:
    draft = Draft()
    tell_history([History(one, {"cpu": np.array(cpu)}, seconds)], FACTS, draft)
    return draft


def test_a_whole_history(web: Application) -> None:
    draft = told(web, [0.2, 0.1, 0.4, 0.3])
    assert draft.content.splitlines()[-2:] == [
        "Over the last 6h:",
        "- web-app: CPU between 100m and 400m, 250m on average; 6h ago 200m, now 50% more",
    ]


def test_a_short_history_says_since_when(web: Application) -> None:
    draft = told(web, [NAN, NAN, NAN, 0.3])
    assert draft.content.endswith("1h 30m ago 300m, now the same (measured only for the last 1h 30m)")


def test_less_than_before(web: Application) -> None:
    assert "now 75% less" in told(web, [0.4, 0.1]).content


@pytest.mark.parametrize("cpu", [[NAN, NAN], []])
def test_nothing_measured_is_no_answer(web: Application, cpu: list[float]) -> None:
    draft = told(web, cpu)
    assert "I can't tell: nothing was measured then" in draft.content
    assert not draft.fulfilled
