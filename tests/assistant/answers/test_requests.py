"""The figure of requests that was asked for comes first; another than that is never told in its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers.codes import Counted, Logged, tell_codes
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.requests import Measured, Wanted, tell_requests
from tests.analysis.applications.rows import AT, pod, workload

NOW = datetime(2026, 11, 30, tzinfo=UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())
FIGURES = {
    "response_time_p50": 20.0, "response_time_p95": 80.0, "response_time_p99": 140.0, "request_rate": 12.0,
    "error_rate": 0.5,
}  # fmt: skip


@pytest.fixture
def cart() -> Application:
    """One application."""
    owner = workload("shop", "cart")
    return application_of(owner, [pod(owner)], application_id="app-cart", now=AT)


@pytest.mark.parametrize(
    ("statistic", "begins"),
    [
        ("", "**cart** answers 95 of 100 requests within 80 ms, 12 requests a second, 0.5% of them with an error"),
        ("p99", "**cart** answers 99 of 100 requests within 140 ms (p99), 95 of 100 requests within 80 ms"),
        ("p50", "**cart** answers half of its requests within 20 ms (p50), "),
        ("average", "The average response time of **cart** is not kept here, its p50, p95 and p99 are.\n"),
        ("maximum", "The maximum response time of **cart** is not kept here"),
        ("p90", "The p90 of response times of **cart** is not kept here"),
        ("error_rate", "**cart** answers 0.5% of its requests with an error (a 5xx status), of 12 requests a second"),
        ("request_rate", "**cart** gets 12 requests a second, 0.5% of them answered with an error"),
    ],
)
def test_the_first_sentence_is_of_what_was_asked(cart: Application, statistic: str, begins: str) -> None:
    draft = Draft()
    tell_requests(cart, Measured(FIGURES, {}), Wanted(statistic, 1800), FACTS, draft)
    assert draft.content.startswith(begins)
    assert draft.content.endswith("(mean of the last 30m).")


def test_a_quantile_that_has_no_value_yet_is_said_so(cart: Application) -> None:
    draft = Draft()
    tell_requests(cart, Measured({**FIGURES, "response_time_p99": None}, {}), Wanted("p99", 300), FACTS, draft)
    assert draft.content.startswith("The p99 of response times of **cart** is not measured yet.\n")
    assert draft.content.endswith("(mean of the last five minutes).")


def test_without_any_figure_the_reason_is_told(cart: Application) -> None:
    draft = Draft()
    missing = Measured(dict.fromkeys(FIGURES), dict.fromkeys(FIGURES, "no reading yet"))
    tell_requests(cart, missing, Wanted("error_rate", 300), FACTS, draft)
    assert draft.content == "The error rate of **cart** is not measured here (no reading yet). What its usage says:"


def told(code: str, failed: float | None, logged: Logged) -> Draft:
    """What is said of one application over an hour, of which half is measured."""
    draft = Draft()
    tell_codes(code, [Counted("cart", "Deployment shop/cart", failed, 1800, "no reading")], logged, 3600, FACTS, draft)
    return draft


def test_answers_are_counted_by_both_sources() -> None:
    content = told("502", 40.2, Logged({"cart": 3}, tells=True, complete=True)).content
    assert content == (
        "**cart** answered about 40 requests with a 5xx status in the last 1h, of which 30m is measured, by HTTP "
        "metrics; metrics do not tell 502 from other 5xx answers.\n\n"
        "Access logs of **cart** have 3 lines with status 502 in the last 1h."
    )


def test_access_logs_alone_count_what_metrics_do_not() -> None:
    content = told("404", None, Logged({}, tells=True, complete=True)).content
    assert content == "Access logs of **cart** have 0 lines with status 404 in the last 1h."


def test_what_is_missing_is_said_where_neither_tells() -> None:
    for code, says in (("5xx", "its HTTP metrics tell none (no reading)"), ("4xx", "HTTP metrics are kept of 5xx")):
        draft = told(code, None, Logged({}, tells=False, complete=True))
        assert draft.content.startswith(f"I can't tell how many answers of **cart** had status {code} in the last 1h: ")
        assert says in draft.content
        assert "no line of its logs in that time tells a status" in draft.content
        assert not draft.fulfilled
