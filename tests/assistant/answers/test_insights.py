"""Cost, savings, security, trends and what is unusual, told."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.insights.model import Insight, Recommendation, Seen
from hexaops.analysis.insights.prices import Price, Rates
from hexaops.analysis.insights.trends import Development
from hexaops.analysis.insights.usage import Measured
from hexaops.analysis.prospects import Coming
from hexaops.assistant.answers import insights
from hexaops.assistant.answers.attachments import TimeSeries
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from tests.analysis.applications.rows import AT, pod, workload

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())
RATES = Rates(Price(0.03, ("default",)), Price(0.004, ("default",)))
OPEN_PORT = Insight(
    "security", "high", "web-app runs as root", "Its pods may run as root.",
    recommendations=(Recommendation("harden", "high", "Set runAsNonRoot"),),
    seen=(Seen("kubernetes", "web-app", "root"),),
)  # fmt: skip


@pytest.fixture
def draft() -> Draft:
    return Draft()


@pytest.fixture
def web() -> Application:
    owner = workload("shop", "web-app", desired=1)
    return application_of(owner, [pod(owner, 0)], application_id="app-web", now=AT)


def measured(one: Application, values: list[float]) -> Measured:
    found = np.array(values)
    return Measured(one, {}, RATES, {"cpu": found, "memory": found}, {"cpu": found, "memory": found})


def test_security_counts_by_weight(draft: Draft) -> None:
    insights.tell_security([OPEN_PORT], 12, FACTS, draft)
    assert draft.content.splitlines() == [
        "1 security finding in 12 applications (1 high):",
        "- **web-app runs as root** (high): Its pods may run as root.",
        "  - What may help: Set runAsNonRoot",
    ]


def test_no_finding_says_what_was_checked(draft: Draft) -> None:
    insights.tell_security([], 12, FACTS, draft)
    assert draft.content.startswith("I found no security problem in 12 applications: Pod Security Standards")
    assert draft.fulfilled


def test_savings_need_history(draft: Draft) -> None:
    insights.tell_savings([], "sizing needs 100 points", 3, FACTS, draft)
    assert (draft.content, draft.fulfilled) == ("I can't recommend sizes yet: sizing needs 100 points.", False)


def test_unusual_needs_history(draft: Draft, web: Application) -> None:
    insights.tell_unusual([], [measured(web, [1.0] * 5)], 3600.0, FACTS, draft)
    assert "that takes 250 points of history, and there are 5" in draft.content
    assert not draft.fulfilled


def test_nothing_unusual_is_an_answer(draft: Draft, web: Application) -> None:
    insights.tell_unusual([], [measured(web, [1.0] * 300)], 3600.0, FACTS, draft)
    assert draft.content == "Nothing unusual in the use of CPU and memory of 1 application over the last 1h."
    assert draft.fulfilled


def test_a_forecast_says_when_the_room_ends(draft: Draft, web: Application) -> None:
    rising = Development("increasing", 20.0, 60.0, 12.5)
    insights.tell_forecast([], rising, [measured(web, [1.0] * 30)], 3600.0, FACTS, draft)
    assert draft.content.splitlines() == [
        "The workspace's CPU use rises by 60% a month; at this pace the nodes' CPU is used up in 12.5 days.",
        "No application of 1 is near its limits or clearly rising.",
        "This is based on 30 points of history: little to go by.",
    ]


def test_what_is_to_come_has_its_interval_and_method(draft: Draft) -> None:
    ahead = Coming(6 * 3600.0, 0.5, 0.4, 0.62, "trend and time of day")
    insights.tell_coming({"cpu": ahead, "memory": "the history is too short"}, FACTS, draft)
    assert draft.content.splitlines() == [
        "- In 6h, CPU use is expected to be 500m (90% interval 400m to 620m; by trend and time of day).",
        "I can't say yet what the memory use will be: the history is too short.",
    ]


def test_levels_that_cannot_be_judged_are_named(draft: Draft) -> None:
    insights.tell_no_levels(None, FACTS, draft)
    assert draft.content == ""
    insights.tell_no_levels("that takes two days of history", FACTS, draft)
    assert draft.content == "Changes of level are not judged: that takes two days of history."


def test_a_forecast_without_history_is_not_made(draft: Draft) -> None:
    insights.tell_forecast([], "there are too few measurements", [], 3600.0, FACTS, draft)
    assert (draft.content, draft.fulfilled) == ("I can't forecast yet: there are too few measurements.", False)


def test_the_chart_keeps_gaps(draft: Draft, web: Application) -> None:
    insights.chart([measured(web, [1.0, float("nan"), 3.0])], 90.0, "cpu", FACTS, draft)
    (attached,) = draft.attachments
    assert isinstance(attached, TimeSeries)
    assert attached.data.series[0].points == [(0.0, 1.0), (60.0, 3.0)]
    assert (attached.data.start, attached.data.step_seconds, attached.data.unit) == (
        "2024-01-20T15:28:30Z",
        30.0,
        "cores",
    )
