"""The service's own Prometheus metrics, one registry a process context."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from hexaops.kit.recent import RecentTimes

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Everything that `/metrics` shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "hexaops_http_requests_total", "HTTP requests", ("method", "route", "status"), registry=self.registry
        )
        self.request_seconds = Histogram(
            "hexaops_http_request_seconds", "HTTP request time", ("method", "route"), buckets=BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self.refused_requests = Counter(
            "hexaops_refused_requests_total", "Requests refused for overload", ("lane",), registry=self.registry
        )
        self.operations = Counter(
            "hexaops_operations_total", "Finished changes", ("kind", "status"), registry=self.registry
        )
        self.cluster_writes = Counter(
            "hexaops_cluster_writes_total", "Writes to a cluster", ("kind", "outcome"), registry=self.registry
        )
        self.webhook_attempts = Counter(
            "hexaops_webhook_attempts_total", "Webhook delivery attempts", ("outcome",), registry=self.registry
        )
        self.cache_objects = Gauge(
            "hexaops_cache_objects", "Objects in the watch cache", ("cluster", "kind"), registry=self.registry
        )
        self.cache_age_seconds = Gauge(
            "hexaops_cache_age_seconds", "Seconds since the last contact", ("cluster", "kind"), registry=self.registry
        )

        self.answers = RecentTimes()
        """Time to the first byte of the latest answers: for the health of the system."""

    def render(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)
