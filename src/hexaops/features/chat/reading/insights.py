"""Questions for cost, savings, security, trends and what is unusual: read from the engine of the insights."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.insights import trends, usage
from hexaops.analysis.insights.model import CATEGORIES, Insight
from hexaops.assistant.answers import costs
from hexaops.assistant.answers import insights as told
from hexaops.assistant.answers.controls import (
    ROOT,
    SECRETS_IN_ENV,
    asked_control,
    tell_control,
    tell_root,
    tell_secrets_in_env,
)
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.project_costs import tell_project_costs
from hexaops.assistant.answers.reserved import tell_reserved
from hexaops.assistant.answers.state import show_state
from hexaops.assistant.answers.usage import answer_usage
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.usage_history import asks_for_least
from hexaops.features.insights.engine import Assessment, InsightEngine, Measurement, Question

DAY_SECONDS = 86_400.0
WEEK_SECONDS = 7 * DAY_SECONDS
LOOK_BACK: dict[Intent, float] = {
    Intent.ANOMALY_QUERY: DAY_SECONDS,
    Intent.FORECAST_QUERY: WEEK_SECONDS,
    Intent.OPTIMIZATION: WEEK_SECONDS,
    Intent.COST_OPTIMIZATION: WEEK_SECONDS,
}
"""What is normal, rising or too large is not seen in an hour: at least so far back, where the message says nothing."""


_BY_PROJECT = re.compile(
    r"\b(?:(?:which|what|per|each|every|by) (?:project|namespace)|projects|namespaces)\b|"
    r"\b(?:most|least|cheapest|dearest|expensive|priciest|costliest|highest|lowest)\b.{0,40}\b(?:project|namespace)\b",
    re.IGNORECASE,
)
_WHY = re.compile(r"\bwhy\b|\bhow come\b", re.IGNORECASE)


_DEAREST = re.compile(
    r"\b(?:most|dearest|priciest|costliest|highest|biggest|largest|dearer|more expensive|costs? more)\b", re.IGNORECASE
)
_CHEAPEST = re.compile(r"\b(?:cheapest|least|lowest|smallest|cheaper|less expensive|costs? less)\b", re.IGNORECASE)


def _first_of(message: str) -> costs.First:
    """ "Which app costs the least?"."""
    if _CHEAPEST.search(message) and "at least" not in message.casefold():
        return "least"
    return "most" if _DEAREST.search(message) else "total"


Tell = Callable[[Facts, Draft], None]
"""Says what was judged."""


_ASKS = re.compile(
    r"^\W*(?:which|what|whats|what's|who|is|are|does|do|has|have|show|list|any|anything)\b", re.IGNORECASE
)
_TAKEN_FOR = frozenset({
    Intent.CONNECTIVITY, Intent.LIST_RESOURCES, Intent.STATUS_QUERY, Intent.POD_STATUS, Intent.ALERT_QUERY,
})  # fmt: skip
"""Intents that a question for a control of the security standards is taken for."""


def asks_for_control(message: str, asked: Understanding) -> bool:
    """ "Does anything use the host network?"."""
    named = ROOT.search(message) is not None or asked_control(message) is not None
    return named and asked.intent in _TAKEN_FOR and _ASKS.search(message) is not None


class Measured(Struct, frozen=True):
    """What was measured for one question."""

    reading: Reading
    whole: Measurement
    applications: Sequence[Application]
    """That it is about."""
    measured: Sequence[usage.Measured]
    """Of these."""
    seconds: float

    @property
    def charges(self) -> costs.Charges:
        """What each of them costs a month, and why that may be unknown."""
        statement = self.whole.statement
        if len(self.applications) < len(self.whole.applications):
            statement = statement.of(*self.applications)
        return costs.Charges(self.applications, statement, self.whole.no_usage)


class InsightReader(Struct, frozen=True):
    """Answers from one assessment of the workspace."""

    engine: InsightEngine

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Assess what was asked about, and tell it by the intent."""
        selected = reading.select(draft)
        workspace, permissions = reading.caller.get_workspace(), reading.caller.permissions
        only = selected[0] if reading.is_named and len(selected) == 1 else None
        seconds = reading.asked.parameters.time_range_seconds or LOOK_BACK.get(reading.asked.intent, reading.seconds)
        question = Question(CATEGORIES, seconds, only, logs="read_logs" in permissions)
        chosen = {one.id for one in selected}
        if reading.asked.intent is Intent.SECURITY_QUERY or asks_for_control(reading.message, reading.asked):
            _tell_security(reading, selected, await self.engine.assess(workspace, question), draft)
            return
        measurement = await self.engine.measure(workspace, question)
        measured = [one for one in measurement.measured if one.application.id in chosen]
        about = [one for one in measurement.applications if one.id in chosen]
        for tell in await asyncio.to_thread(self._judged, Measured(reading, measurement, about, measured, seconds)):
            tell(reading.facts, draft)
        told.chart(measured, seconds, reading.asked.parameters.metric, reading.facts, draft)

    def _judged(self, found: Measured) -> tuple[Tell, ...]:
        """In a thread, which outlives an answer that is cut off: judging the history of many takes its time."""
        asked, measured = found.reading.asked, found.measured
        match asked.intent:
            case Intent.COST_ANALYSIS | Intent.COST_BREAKDOWN | Intent.COST_OPTIMIZATION if _WHY.search(
                found.reading.message
            ):
                return (partial(costs.tell_cost_reasons, found.charges),)
            case Intent.COST_ANALYSIS | Intent.COST_BREAKDOWN if (
                _BY_PROJECT.search(found.reading.message) and not found.reading.asked.targets
            ):
                return (partial(tell_project_costs, found.charges, first=_first_of(found.reading.message)),)
            case Intent.COST_ANALYSIS | Intent.COST_BREAKDOWN:
                return (partial(costs.tell_cost, found.charges, first=_first_of(found.reading.message)),)
            case Intent.COST_OPTIMIZATION | Intent.OPTIMIZATION:
                savings = [*usage.oversized(measured)]
                tell = partial(told.tell_savings, savings, found.whole.no_sizing, len(measured))
                unsized = found.whole.no_sizing and not savings
                return (tell, partial(tell_reserved, found.applications)) if unsized else (tell,)
            case Intent.ANOMALY_QUERY:
                odd, no_levels = [*usage.anomalous(measured), *usage.stepped(measured)], usage.no_levels(measured)
                unusual = partial(told.tell_unusual, odd, measured, found.seconds)
                return unusual, partial(told.tell_no_levels, no_levels), partial(show_state, asked)
            case Intent.FORECAST_QUERY:
                drawn = [*usage.near_limits(measured), *usage.moving(measured)]
                wanted = [of for of in usage.LABELS if asked.parameters.metric in (None, of)]
                ahead = {resource: trends.coming_of(measured, resource) for resource in wanted}
                forecast = partial(told.tell_forecast, drawn, found.whole.cpu, measured, found.seconds)
                return forecast, partial(told.tell_coming, ahead)
            case _:
                notable = [*usage.near_limits(measured), *usage.moving(measured), *usage.anomalous(measured)]
                usage_told = partial(answer_usage, asked, lowest=asks_for_least(found.reading.message))
                return usage_told, partial(told.tell_notable, notable)


def _tell_security(reading: Reading, selected: Sequence[Application], found: Assessment, draft: Draft) -> None:
    """The one control that was asked for, else all findings."""
    message, facts = reading.message, reading.facts
    judged = [(one, found.diagnosis.posture.get(ref_of(one), ())) for one in selected]
    control = asked_control(message)
    if ROOT.search(message):
        tell_root(judged, facts, draft)
    elif SECRETS_IN_ENV.search(message):
        refs = {ref_of(one) for one in selected}
        held = [one for one in found.diagnosis.findings if one.rule == "secret-in-env" and one.subject in refs]
        tell_secrets_in_env(held, len(selected), facts, draft)
    elif control is not None:
        tell_control(control, judged, facts, draft)
    else:
        told.tell_security(_about(found.insights, {one.id for one in selected}), len(selected), facts, draft)


def _about(insights: Sequence[Insight], chosen: set[str]) -> list[Insight]:
    """Those about these applications, and those about none in particular."""
    return [one for one in insights if not one.applications or any(each.id in chosen for each in one.applications)]
