"""Needed families out of a page of metrics; everything else is passed over."""

from __future__ import annotations

import math

import pytest

from hexaops.backends.metrics.embedded.exposition import has, label, samples
from hexaops.backends.metrics.embedded.http_families import read_http
from hexaops.backends.metrics.embedded.quantiles import quantile

PAGE = b"""
# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{path="/x/{id}",status="200"} 10
http_requests_total{path="a\\"b} c",status="503"} 2.5e1 1700000000000
http_requests_total_created{status="500"} 7
http_requests_total 3
http_requests_total{status="500"} many
up 1
http_requests_total{status="204"} 4"""


def test_samples_of_one_name() -> None:
    found = [*samples(PAGE, b"http_requests_total")]
    assert [value for _, value in found] == [10, 25, 3, 4]
    assert [label(labels, b"status") for labels, _ in found] == [b"200", b"503", b"", b"204"]


def test_a_name_that_only_others_begin_with_is_not_there() -> None:
    assert has(PAGE, b"up")
    assert not has(PAGE, b"http_requests")
    assert not has(b"", b"up")


def test_a_label_is_not_the_end_of_another_one() -> None:
    assert label(b'http_code="5",code="200"', b"code") == b"200"
    assert label(b'http_code="5"', b"code") == b""


def test_requests_and_errors() -> None:
    found = read_http(PAGE[1:])
    assert (found.requests, found.errors, found.buckets) == (42, 25, {})


def test_without_a_status_errors_are_not_known() -> None:
    found = read_http(b"nginx_http_requests_total 77\n")
    assert (found.requests, found.errors) == (77, None)


@pytest.mark.parametrize(
    ("prefix", "status", "milliseconds"),
    [
        ("http_server_request_duration_seconds", "http_response_status_code", 1000),  # OpenTelemetry
        ("http_server_requests_seconds", "status", 1000),  # Micrometer
        ("http_server_duration_milliseconds", "http_status_code", 1),
        ("http_request_duration_seconds", "status_code", 1000),
    ],
)
def test_conventions(prefix: str, status: str, milliseconds: float) -> None:
    lines = [
        f'{prefix}_bucket{{{status}="200",le="0.5"}} 8',
        f'{prefix}_bucket{{{status}="200",le="+Inf"}} 9',
        f'{prefix}_bucket{{{status}="500",le="0.5"}} 1',
        f'{prefix}_bucket{{{status}="500",le="+Inf"}} 1',
        f'{prefix}_count{{{status}="200"}} 9',
        f'{prefix}_count{{{status}="500"}} 1',
    ]
    found = read_http("\n".join(lines).encode())
    assert (found.requests, found.errors) == (10, 1)
    assert found.buckets == {0.5 * milliseconds: 9, math.inf: 10}


def test_only_one_family_is_counted() -> None:
    page = b'http_requests_total{code="200"} 5\nhttp_request_duration_seconds_count{code="200"} 5\n'
    assert read_http(page).requests == 5


def test_quantiles_are_interpolated() -> None:
    buckets = {100.0: 50.0, 200.0: 90.0, 400.0: 100.0, math.inf: 100.0}
    assert quantile(0.5, buckets) == pytest.approx(100)
    assert quantile(0.7, buckets) == pytest.approx(150)
    assert quantile(0.95, buckets) == pytest.approx(300)


def test_quantiles_that_cannot_be_told() -> None:
    assert quantile(0.5, {}) is None
    assert quantile(0.5, {100.0: 0.0, math.inf: 0.0}) is None
    assert quantile(0.5, {100.0: 3.0, 200.0: 5.0}) is None  # without +Inf the total is not known
    assert quantile(0.99, {100.0: 1.0, math.inf: 10.0}) == 100.0
