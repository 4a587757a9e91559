"""Status codes and figures of requests, as questions name them."""

from __future__ import annotations

import pytest

from hexaops.assistant.answers.codes import is_of, status_of
from hexaops.assistant.understanding import Inventory, understand
from hexaops.assistant.understanding.codes import asks_for_code, code_in
from hexaops.assistant.understanding.statistics import statistic_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("how many 502s did it serve", "502"),
        ("count the 4xx of it", "4xx"),
        ("which apps answered with status 429", "429"),
        ("any 504 responses?", "504"),
        ("did anybody get a 401", "401"),
        ("how many lines in the last 500s", ""),
        ("what happened in the past 300s", ""),
        ("which pods use over 500Mi", ""),
        ("show the last 500 lines", ""),
        ("did it get a 500 ms answer", ""),
    ],
)
def test_a_status_is_told_from_seconds_and_sizes(text: str, code: str) -> None:
    assert asks_for_code(text) == code


@pytest.mark.parametrize("text", ["why does it return 503s", "alert me about 5xx responses", "restart it after 500s"])
def test_what_asks_for_something_else_counts_nothing(text: str) -> None:
    assert asks_for_code(text) == ""


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('10.0.0.7 - - [30/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 404 153 "-"', "404"),
        ("POST /v1/orders 201", "201"),
        ("GET /v1/orders/404 200", "200"),
        ('{"path": "/x", "status": 503}', "503"),
        ("order 404 paid", ""),
    ],
)
def test_the_status_of_a_line_is_where_access_logs_have_it(line: str, status: str) -> None:
    assert status_of(line) == status


def test_a_class_holds_its_statuses() -> None:
    assert is_of("418", "4xx")
    assert not is_of("503", "4xx")
    assert not is_of("", "4xx")


def test_a_count_of_answers_is_no_window() -> None:
    inventory = Inventory(())
    assert understand("how many 502s were there", inventory).parameters.time_range_seconds is None
    assert understand("errors in the last 300s", inventory).parameters.time_range_seconds == 300
    assert understand("errors in the last half hour", inventory).parameters.time_range_seconds == 1800


@pytest.mark.parametrize(
    ("text", "statistic"),
    [
        ("99th percentile of it", "p99"),
        ("p 50 latency", "p50"),
        ("median latency", "p50"),
        ("mean response time", "average"),
        ("longest response time", "maximum"),
        ("p95 of it and p99?", "p99"),
        ("how much traffic does it get", "request_rate"),
        ("failed requests", "error_rate"),
        ("how fast is it", ""),
    ],
)
def test_the_figure_that_is_asked_for(text: str, statistic: str) -> None:
    assert statistic_of(text) == statistic
    assert code_in(text) == ""
