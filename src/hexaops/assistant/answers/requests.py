"""How requests of one application are answered: the figure that was asked for first, or that it is not the one told."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT, name_of, subject_of
from hexaops.assistant.evidence import METRICS
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown

SHARES = {"p50": "half of its requests", "p95": "95 of 100 requests", "p99": "99 of 100 requests"}
UNKEPT = {
    "average": "the average response time", "maximum": "the maximum response time",
    "minimum": "the minimum response time",
}  # fmt: skip


class Wanted(Struct, frozen=True):
    """The figure that was asked for ("" for any), over how long."""

    statistic: str
    seconds: float

    @property
    def period(self) -> str:
        """As the answer ends."""
        words = "the last five minutes" if self.seconds == 300 else f"the last {format_duration(self.seconds)}"
        return f"mean of {words}"


class Measured(Struct, frozen=True):
    """Figures of requests by name, and why one is missing."""

    figures: Mapping[str, float | None]
    reasons: Mapping[str, str]


def tell_requests(application: Application, requests: Measured, wanted: Wanted, facts: Facts, draft: Draft) -> None:
    """The figure first, then the others; or why it is not known."""
    name, figures, statistic = f"**{name_of(application, facts)}**", requests.figures, wanted.statistic
    field = statistic if statistic in ("error_rate", "request_rate") else "response_time_p95"
    if figures.get(field) is None:
        why = markdown(requests.reasons.get(field, "not measured"), TEXT_LIMIT)
        rates = {"error_rate": f"The error rate of {name}", "request_rate": f"The request rate of {name}"}
        draft.say(f"{rates.get(field, f'How fast {name} answers')} is not measured here ({why}). What its usage says:")
        return
    told = _quantiles(statistic, figures)
    if statistic and statistic not in figures and statistic not in told:
        what = UNKEPT.get(statistic, f"the {statistic} of response times")
        why = "is not measured yet" if statistic in SHARES else "is not kept here, its p50, p95 and p99 are"
        draft.say(f"{what[:1].upper()}{what[1:]} of {name} {why}.")
    parts, noted = [], []
    for quantile in told:
        value = figures[f"response_time_{quantile}"]
        noted.append(_note(application, quantile, value, "milliseconds", facts, draft))
        parts.append(f"{SHARES[quantile]} within {value:g} ms" + (f" ({quantile})" if quantile == statistic else ""))
    if (rate := figures.get("request_rate")) is not None:
        noted.append(_note(application, "requests", rate, "a second", facts, draft))
    if (errors := figures.get("error_rate")) is not None:
        noted.append(_note(application, "errors", errors, "percent", facts, draft))
    draft.say(f"{_sentence(name, statistic, parts, rate, errors)} ({wanted.period}).", *noted)


def _quantiles(statistic: str, figures: Mapping[str, float | None]) -> list[str]:
    """Those that are told, the one that was asked for first."""
    kept = [quantile for quantile in SHARES if figures.get(f"response_time_{quantile}") is not None]
    if statistic in kept:
        return [statistic, *(one for one in kept if one == "p95" and statistic != "p95")]
    if statistic in UNKEPT or (statistic.startswith("p") and statistic not in kept):
        return kept
    return ["p95"] if "p95" in kept else kept[:1]


def _sentence(name: str, statistic: str, parts: list[str], rate: float | None, errors: float | None) -> str:
    answers = f"answers {parts[0]}" + "".join(f", {part}" for part in parts[1:]) if parts else ""
    if statistic == "error_rate" and errors is not None:
        gets = f", of {rate:g} requests a second" if rate is not None else ""
        return f"{name} answers {errors:g}% of its requests with an error (a 5xx status){gets}" + (
            f"; it {answers}" if answers else ""
        )
    if statistic == "request_rate" and rate is not None:
        failed = f", {errors:g}% of them answered with an error" if errors is not None else ""
        return f"{name} gets {rate:g} requests a second{failed}" + (f"; it {answers}" if answers else "")
    words = f"{name} {answers}"
    if rate is not None:
        words += f", {rate:g} requests a second"
    return words + (f", {errors:g}% of them with an error" if errors is not None else "")


def _note(application: Application, what: str, value: float | None, unit: str, facts: Facts, draft: Draft) -> str:
    return draft.evidence.note(METRICS, f"{subject_of(application)}: {what}", value or 0.0, unit=unit, at=facts.now)
