"""Questions for slowness: how fast the named applications answer where that is measured, then what they use."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import listing, name_of, plural, subject_of
from hexaops.assistant.answers.requests import Measured, Wanted, tell_requests
from hexaops.assistant.answers.throttling import tell_throttling
from hexaops.assistant.answers.usual import LATELY_SECONDS, LOOK_BACK_SECONDS, tell_beside_usual
from hexaops.assistant.evidence import METRICS
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.questions import is_asked_beside_usual, is_asked_of_throttling
from hexaops.assistant.understanding.statistics import statistic_of
from hexaops.backends.metrics.base import MetricSourceError, Series, Signal
from hexaops.features.chat.reading.asking import Reader, Reading
from hexaops.features.chat.reading.series import measured
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.overview.requests import DETAILED, WINDOW_SECONDS, Requests, measured_requests

_REQUESTS = re.compile(
    r"\b(?:error rates?|response times?|latenc(?:y|ies)|p ?\d\d\d?s?|percentiles?|request rates?|"
    r"requests (?:per|a) (?:second|minute)|rps|qps|throughput)\b|"
    r"\brequests? (?:does|do|did|is|are)\b.*\b(?:gets?|receiv\w+|serv\w+|handl\w+|see|process\w*|take)\b|"
    r"\b(?:how much|what) (?:http )?traffic\b",
    re.IGNORECASE,
)
_TAKEN_FOR = frozenset({
    Intent.DIAGNOSE, Intent.STATUS_QUERY, Intent.USAGE_QUERY, Intent.HIGH_USAGE, Intent.LIST_RESOURCES,
    Intent.ALERT_QUERY, Intent.UNCLEAR, Intent.OUT_OF_SCOPE,
})  # fmt: skip
"""Intents that a question for a figure of requests is taken for."""
UNSURE = 0.5
"""A figure that is named says more than an intent that is less sure."""
NAMED_LIMIT = 3
MOST_ASKED = 50


def asks_for_requests(message: str, asked: Understanding) -> bool:
    """Whether the message asks how requests are answered: how fast, how many, how many with an error."""
    taken = asked.intent in _TAKEN_FOR or (asked.confidence < UNSURE and not asked.wants_plan)
    return taken and not asked.negated and bool(_REQUESTS.search(message))


class PerformanceReader(Struct, frozen=True):
    """Answers from the source of metrics and the assessment of the workspace."""

    sources: MetricSources
    insights: Reader

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Response times first, then usage and what stands out."""
        named, facts = reading.applications[:NAMED_LIMIT], reading.facts
        if "read_metrics" in facts.capabilities:
            asked = named or (facts.applications or ())[:MOST_ASKED]
            cluster, now = reading.caller.get_workspace().cluster_id, facts.now.timestamp()
            seconds = reading.asked.parameters.time_range_seconds or WINDOW_SECONDS
            found = await asyncio.gather(
                *(
                    measured_requests(self.sources, cluster, one, now, seconds=seconds, signals=DETAILED)
                    for one in asked
                )
            )
            pairs = [*zip(asked, found, strict=True)]
            if is_asked_of_throttling(reading.message):
                await self._throttling(asked, reading, draft)
                draft.gap()
            if named and is_asked_beside_usual(reading.message):
                await self._beside_usual(named, reading, draft)
            if named:
                wanted = Wanted(statistic_of(reading.message), seconds)
                for one, requests in pairs:
                    tell_requests(one, Measured(requests.figures, requests.reasons), wanted, facts, draft)
            else:
                tell_slowest(pairs, facts, draft)
            draft.gap()
        await self.insights.answer(reading, draft)

    async def _throttling(self, asked: Sequence[Application], reading: Reading, draft: Draft) -> None:
        """How often the scheduler held each back, over the last minutes."""
        found: list[tuple[Application, Series]] = []
        for one in asked:
            try:
                series = await measured(self.sources, reading, one, (Signal.CPU_THROTTLED,), LATELY_SECONDS)
            except MetricSourceError:
                continue
            found.append((one, series[Signal.CPU_THROTTLED]))
        tell_throttling(found, reading.facts, draft)

    async def _beside_usual(self, named: Sequence[Application], reading: Reading, draft: Draft) -> None:
        """Of those whose response times are measured; why the others' are not is told with the figures."""
        for one in named:
            try:
                series = await measured(self.sources, reading, one, (Signal.LATENCY_P95,), LOOK_BACK_SECONDS)
            except MetricSourceError:
                continue  # told with the figures of now
            found = series[Signal.LATENCY_P95]
            if not found.is_empty:
                tell_beside_usual(one, found.values, found.step_seconds, reading.facts, draft)


def tell_slowest(pairs: Sequence[tuple[Application, Requests]], facts: Facts, draft: Draft) -> None:
    """Which one answers slowest, and who answers with errors; where none is measured, that."""
    timed = [(p95, one) for one, found in pairs if (p95 := found.figures["response_time_p95"]) is not None]
    if not timed:
        draft.say("How fast the applications answer is not measured here. What their usage says:")
        return
    ranked = sorted(timed, key=lambda pair: -pair[0])
    listed = [f"{name_of(one, facts)} {p95:g} ms" for p95, one in ranked[:NAMED_LIMIT]]
    noted = [
        draft.evidence.note(METRICS, f"{subject_of(one)}: p95", p95, unit="milliseconds", at=facts.now)
        for p95, one in ranked[:NAMED_LIMIT]
    ]
    draft.say(
        f"Slowest of {plural(len(timed), 'application')} whose requests are measured, by what 95 of 100 requests take: "
        f"{listing(listed)} (mean of the last five minutes).",
        *noted,
    )
    failing = [(rate, one) for one, found in pairs if (rate := found.figures["error_rate"])]
    for rate, one in sorted(failing, key=lambda pair: -pair[0])[:NAMED_LIMIT]:
        item = draft.evidence.note(METRICS, f"{subject_of(one)}: errors", rate, unit="percent", at=facts.now)
        draft.say(f"- {name_of(one, facts)} answers {rate:g}% of its requests with an error", item)
