"""Which families tell of HTTP requests, by the conventions of common libraries and proxies.

The first one that a program has is read, so that nothing is counted twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hexaops.backends.metrics.embedded.exposition import has, label, samples

REQUESTS = (
    b"http_requests_total",
    b"http_server_requests_total",
    b"http_server_requests_seconds_count",  # Micrometer
    b"http_server_request_duration_seconds_count",  # OpenTelemetry
    b"http_server_duration_milliseconds_count",  # OpenTelemetry before 1.21
    b"http_request_duration_seconds_count",
    b"istio_requests_total",
    b"nginx_ingress_controller_requests",
    b"traefik_service_requests_total",
    b"flask_http_request_total",
    b"nginx_http_requests_total",
)
LATENCIES = (
    (b"http_request_duration_seconds_bucket", 1000.0),
    (b"http_server_request_duration_seconds_bucket", 1000.0),
    (b"http_server_requests_seconds_bucket", 1000.0),
    (b"http_server_duration_milliseconds_bucket", 1.0),
    (b"flask_http_request_duration_seconds_bucket", 1000.0),
    (b"istio_request_duration_milliseconds_bucket", 1.0),
    (b"nginx_ingress_controller_request_duration_seconds_bucket", 1000.0),
    (b"traefik_service_request_duration_seconds_bucket", 1000.0),
)
"""With what makes milliseconds of its unit."""
STATUSES = (b"status", b"code", b"status_code", b"http_response_status_code", b"http_status_code", b"response_code")


@dataclass
class HttpCounters:
    """Counters of one program."""

    requests: float | None = None
    errors: float | None = None
    """None where no label tells the status."""
    buckets: dict[float, float] = field(default_factory=dict)
    """Requests within each upper bound in milliseconds."""


def read_http(text: bytes) -> HttpCounters:
    """What a page of metrics says of HTTP requests."""
    text, found = b"\n" + text, HttpCounters()
    name = next((name for name in REQUESTS if has(text, name)), None)
    if name is not None:
        _count(text, name, found)
    for bucket, milliseconds in LATENCIES:
        for labels, value in samples(text, bucket):
            bound = _bound(labels)
            if bound is not None:
                found.buckets[bound * milliseconds] = found.buckets.get(bound * milliseconds, 0.0) + value
        if found.buckets:
            break
    return found


def _count(text: bytes, name: bytes, found: HttpCounters) -> None:
    requests = errors = 0.0
    told = False
    for labels, value in samples(text, name):
        requests += value
        status = next((status for one in STATUSES if (status := label(labels, one))), b"")
        told = told or bool(status)
        if status.startswith(b"5"):
            errors += value
    found.requests, found.errors = requests, errors if told else None


def _bound(labels: bytes) -> float | None:
    try:
        return float(label(labels, b"le"))
    except ValueError:
        return None


def as_counters(found: HttpCounters) -> dict[str | float, float]:
    """All of them as one mapping, for rates: `requests`, `errors`, and the buckets by their bound."""
    named: dict[str | float, float] = {bound: count for bound, count in found.buckets.items()}  # noqa: C416 wider keys
    if found.requests is not None and math.isfinite(found.requests):
        named["requests"] = found.requests
    if found.errors is not None:
        named["errors"] = found.errors
    return named
