"""What a request for an alert says: the metric, the value, above or below, for how long, how severe.

Pure. Nothing is guessed: what cannot be told stands in `unclear`, as a question for the person who asked. Names of
applications are taken out of the text first, so that "memory-cache" is no metric.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec import Struct

from hexaops.analysis.alerting import AlertMetric
from hexaops.kit.durations import format_duration

_NUMBER = re.compile(r"(?<![\w.])(\d{1,12}(?:\.\d{1,6})?) ?(%|[a-z]{1,12})?")
_WORD = re.compile(r"[a-z]+|[<>]")
_PERCENTILE = re.compile(r"\bp ?(\d\d)\b|\b(\d\d)(?:th|\.) ?percentile")
_SEVERITY = re.compile(r"\b(critical|high|medium|low)[ -](?:severity|priority|alert)|\bseverity (?:of |is )?(\w{3,8})")
_TIMES = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "m": 60.0, "min": 60.0, "mins": 60.0,
    "minute": 60.0, "minutes": 60.0, "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86400.0, "day": 86400.0, "days": 86400.0,
}  # fmt: skip
_BYTES = {
    "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "ki": 2.0**10, "mi": 2.0**20, "gi": 2.0**30, "ti": 2.0**40,
    "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30, "tib": 2.0**40, "bytes": 1.0, "g": 1e9,
}  # fmt: skip
_CORES = {"core": 1.0, "cores": 1.0, "cpus": 1.0, "vcpus": 1.0, "millicores": 1e-3, "m": 1e-3}
_MILLISECONDS = {"ms": 1.0, "milliseconds": 1.0, "s": 1e3, "sec": 1e3, "second": 1e3, "seconds": 1e3}
_PERCENT = frozenset({"%", "percent", "pct"})
_SPAN = frozenset({"for", "within", "in", "during", "every", "per"})
_BELOW = frozenset({"below", "under", "less", "fewer", "drops", "drop", "falls", "fall", "lower", "<"})
_NOT_READY = frozenset({"fails", "failing", "fail", "crashes", "unhealthy", "degraded", "broken", "unready"})
_SUBJECTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("throttled", frozenset({"throttled", "throttling", "throttles"})),
    ("errors", frozenset({"error", "errors", "5xx"})),
    ("latency", frozenset({"latency", "slow", "slower", "percentile", "response", "latencies"})),
    ("volume", frozenset({"disk", "volume", "storage", "pvc", "volumes", "disks"})),
    ("restarts", frozenset({"restart", "restarts", "restarted", "restarting"})),
    ("requests", frozenset({"traffic", "rps", "requests", "throughput"})),
    ("cpu", frozenset({"cpu", "cpus", "processor", "core", "cores", "millicores", "vcpus"})),
    ("memory", frozenset({"memory", "ram", "mem"})),
    ("replicas", frozenset({"replica", "replicas", "pods", "instances", "ready", "available"})),
)
"""The first that is said is meant, but for CPU and memory, of which one alert watches one."""
METRICS_IN_WORDS = (
    "CPU or memory (percent of the limit, cores, bytes), throttled CPU, error rate, latency (p95), request rate, "
    "fullest volume, ready replicas, restarts"
)


class AlertWish(Struct, frozen=True):
    """What was said; `unclear` is what must be asked before there is a rule."""

    metric: AlertMetric | None = None
    threshold: float | None = None
    comparison: Literal["above", "below"] = "above"
    seconds: float | None = None
    severity: str | None = None
    unclear: str = ""

    def parameters(self) -> dict[str, Any]:
        """As `create_alert` takes them; only of what is clear."""
        assert self.metric is not None
        given = {"metric": self.metric.value, "threshold": self.threshold, "comparison": self.comparison}
        more = {"severity": self.severity} if self.severity else {}
        return {**given, **more, **({"duration": _compact(self.seconds)} if self.seconds else {})}


class _Said(Struct, frozen=True):
    value: float
    unit: str


def read_alert(message: str, names: Iterable[str], replicas: int) -> AlertWish:
    """The rule that a message wishes for; `replicas` is how many the application should have."""
    text = _without(message.casefold(), names)
    percentile = _PERCENTILE.search(text)
    text = _PERCENTILE.sub("latency", text)
    words = _WORD.findall(text)
    seconds, values = _spans(text), [*_values(text)]
    severity = next((one for found in _SEVERITY.findall(text) for one in found if one), None)
    found = [name for name, known in _SUBJECTS if known.intersection(words) or ("5xx" in known and "5xx" in text)]
    unclear = ""
    if severity not in {None, "critical", "high", "medium", "low"}:
        unclear = f"“{severity}” is no severity: low, medium, high or critical."
    elif percentile and "95" not in percentile.groups():
        unclear = "Latency is judged by its 95th percentile (p95) only."
    elif {"cpu", "memory"} <= {*found}:
        unclear = "One alert watches one metric: CPU or memory?"
    if unclear:
        return AlertWish(unclear=unclear)
    comparison: Literal["above", "below"] = "below" if _BELOW.intersection(words) else "above"
    subject = found[0] if found else _by_unit(values)
    metric, threshold, unclear = _rule(subject, values, words, replicas)
    if metric is AlertMetric.READY_REPLICAS and not {"more", "above", "over", ">"}.intersection(words):
        comparison = "below"
    return AlertWish(metric, threshold, comparison, seconds, severity, unclear)


def read_duration(message: str) -> float | None:
    """ "for 2 hours", "for half an hour": seconds."""
    return _spans(message.casefold())


def _without(text: str, names: Iterable[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name.casefold(), " ")
    return text


def _spans(text: str) -> float | None:
    spoken = text.replace("half an hour", "30 minutes").replace("an hour", "1 hour").replace("a minute", "1 minute")
    for found in _NUMBER.finditer(spoken.replace("a day", "1 day")):
        if (unit := found.group(2)) in _TIMES and _before(spoken, found.start()) in _SPAN:
            return float(found.group(1)) * _TIMES[unit]
    return None


def _values(text: str) -> Iterator[_Said]:
    """Numbers that are no span of time."""
    for found in _NUMBER.finditer(text):
        unit = found.group(2) or ""
        if not (unit in _TIMES and _before(text, found.start()) in _SPAN):
            yield _Said(float(found.group(1)), unit)


def _before(text: str, position: int) -> str:
    words = text[max(0, position - 20) : position].split()
    return words[-1] if words else ""


def _by_unit(values: list[_Said]) -> str:
    units = {one.unit for one in values}
    if units & _BYTES.keys():
        return "memory"
    return "latency" if units & {"ms", "milliseconds"} else ""


def _rule(
    subject: str, values: list[_Said], words: list[str], replicas: int
) -> tuple[AlertMetric | None, float | None, str]:
    """Metric and threshold, or what is unclear about them."""
    if not subject and not {"down", "unreachable"}.isdisjoint(words):
        return AlertMetric.READY_REPLICAS, 1.0, ""
    if (not subject or subject == "replicas") and not values and (_NOT_READY.intersection(words) or subject):
        return AlertMetric.READY_REPLICAS, float(max(replicas, 1)), ""
    if not subject:
        return None, None, f"Which metric should it watch, and beyond which value? There is {METRICS_IN_WORDS}."
    if subject == "restarts" and not values:
        return AlertMetric.RESTARTS, 0.0, ""
    if not values:
        return None, None, f"Beyond which value of {_named(subject)}?"
    if len(values) > 1:
        return None, None, f"Which of {' and '.join(f'{one.value:g}' for one in values)} is the threshold?"
    return _threshold(subject, values[0], words)


def _threshold(subject: str, said: _Said, words: list[str]) -> tuple[AlertMetric | None, float | None, str]:
    value, unit = said.value, said.unit
    if subject == "cpu":
        if unit in _PERCENT:
            return AlertMetric.CPU_PERCENT, value, ""
        if unit in _CORES or (unit == "" and "cores" in words):
            return AlertMetric.CPU_CORES, value * _CORES.get(unit, 1.0), ""
        return None, None, f"Is {value:g} a share of the CPU limit ({value:g} %) or a number of cores?"
    if subject == "memory":
        if unit in _PERCENT:
            return AlertMetric.MEMORY_PERCENT, value, ""
        if unit in _BYTES:
            return AlertMetric.MEMORY_BYTES, value * _BYTES[unit], ""
        return None, None, f"Is {value:g} a share of the memory limit ({value:g} %), or an amount such as {value:g}Mi?"
    if subject == "latency":
        if unit in _MILLISECONDS:
            return AlertMetric.LATENCY_P95, value * _MILLISECONDS[unit], ""
        return None, None, f"Is {value:g} in milliseconds or in seconds?"
    if subject == "requests":
        per_minute = {"minute", "min"}.intersection(words)
        return AlertMetric.REQUEST_RATE, value / 60 if per_minute else value, ""
    return _PLAIN[subject], value, ""


_PLAIN = {
    "throttled": AlertMetric.CPU_THROTTLED,
    "errors": AlertMetric.ERROR_RATE,
    "volume": AlertMetric.VOLUME_USAGE,
    "restarts": AlertMetric.RESTARTS,
    "replicas": AlertMetric.READY_REPLICAS,
}


def _named(subject: str) -> str:
    return {"cpu": "CPU", "errors": "the error rate", "volume": "the fullest volume", "requests": "the request rate",
            "throttled": "throttled CPU", "replicas": "ready replicas"}.get(subject, subject)  # fmt: skip


def _compact(seconds: float) -> str:
    return format_duration(seconds).replace(" ", "")
