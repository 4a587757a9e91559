"""Requests, errors and latencies of pods that are annotated for scraping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.embedded.findings import Findings
from hexaops.backends.metrics.embedded.http_families import as_counters, read_http
from hexaops.backends.metrics.embedded.members import Member
from hexaops.backends.metrics.embedded.proxied import pod_text
from hexaops.backends.metrics.embedded.quantiles import quantile
from hexaops.backends.metrics.embedded.rates import Rates
from hexaops.backends.metrics.embedded.visiting import Visits
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration

QUANTILES = ((Signal.LATENCY_P50, 0.5), (Signal.LATENCY_P95, 0.95), (Signal.LATENCY_P99, 0.99))
HTTP = (Signal.REQUEST_RATE, Signal.ERRORS, Signal.ERROR_RATE, *(signal for signal, _ in QUANTILES))
NO_RIGHT = "the cluster does not let this service read pods' own metrics: grant get on pods/proxy"
NO_METRICS = "none of its pods shows HTTP metrics: annotate them with prometheus.io/scrape and prometheus.io/port"
READ_ONCE = "its pods' HTTP metrics were read once so far, and a rate takes two readings: ask again in {step}"
NO_HTTP = "its pods are annotated for scraping, but show no HTTP metrics"

PodRates = Mapping[str | float, float]
Place = tuple[str, str]


class PodScraper:
    """Scrapes pods through the API server's proxy."""

    def __init__(self, cluster: Cluster, clock: Clock, *, step_seconds: float) -> None:
        self._cluster = cluster
        self._clock = clock
        self._step = step_seconds
        self._visits: Visits[Place, PodRates] = Visits(clock, every_seconds=step_seconds)
        self._rates: dict[str, Rates[str | float]] = {}

    async def sample(self, members: Mapping[Place, Member], findings: Findings, most: int) -> None:
        """Visit at most so many pods; what all of them said last becomes their applications' values."""
        scraped = {
            place: member for place, member in members.items() if member.pod.scrape and member.pod.phase == "Running"
        }
        self._rates = {member.pod.uid: self._rates.get(member.pod.uid) or Rates() for member in scraped.values()}
        targets = {place: partial(self._read, member) for place, member in scraped.items()}
        await self._visits.round(targets, most)
        findings.explain(NO_RIGHT if self._visits.refused else NO_METRICS, *HTTP)
        self._explain(scraped.values(), findings)
        by_subject: dict[Subject, list[PodRates]] = {}
        for place, rates in self._visits.readings(len(targets), most):
            by_subject.setdefault(members[place].subject, []).append(rates)
        for subject, some in by_subject.items():
            _combine(subject, some, findings)

    def _explain(self, scraped: Iterable[Member], findings: Findings) -> None:
        """Why annotated pods have no rates yet."""
        by_subject: dict[Subject, list[Rates[str | float]]] = {}
        for member in scraped:
            by_subject.setdefault(member.subject, []).append(self._rates[member.pod.uid])
        for subject, rates in by_subject.items():
            if any(one.readings == 1 for one in rates) and all(one.readings < 2 for one in rates):
                findings.explain_of(subject, READ_ONCE.format(step=format_duration(self._step)), *HTTP)
            elif any(one.readings > 1 for one in rates):
                findings.explain_of(subject, NO_HTTP, *HTTP)

    async def _read(self, member: Member) -> PodRates:
        text = await pod_text(self._cluster, self._clock, member.pod)
        rates = self._rates.setdefault(member.pod.uid, Rates())
        return rates.advance(as_counters(read_http(text)), self._clock.monotonic())


def _combine(subject: Subject, pods: list[PodRates], findings: Findings) -> None:
    buckets: dict[float, float] = {}
    for rates in pods:
        for name, rate in rates.items():
            if isinstance(name, float):
                buckets[name] = buckets.get(name, 0.0) + rate
        if "requests" in rates:
            findings.add(subject, Signal.REQUEST_RATE, rates["requests"])
        if "errors" in rates:
            findings.add(subject, Signal.ERRORS, rates["errors"])
    for signal, share in QUANTILES:
        value = quantile(share, buckets)
        if value is not None:
            findings.set(subject, signal, value)
