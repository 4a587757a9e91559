"""Questions for usage over a time: "cpu of api-service over the last 6 hours", "more memory than yesterday?"."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import listing
from hexaops.assistant.answers.project_usage import tell_project_usage, tell_total_usage
from hexaops.assistant.answers.usage import answer_usage
from hexaops.assistant.answers.usage_history import SHOWN, History, tell_history
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.series import measured
from hexaops.features.insights.engine import TOTALS
from hexaops.features.metrics.sources import MetricSources

_LEAST = re.compile(r"\b(?:least|lowest|smallest)\b(?! (?:one|two|\d))", re.IGNORECASE)


def asks_for_least(message: str) -> bool:
    """ "Which app uses the least memory?"."""
    return _LEAST.search(message) is not None and "at least" not in message.casefold()


_TOTAL = re.compile(r"\b(?:in total|total|altogether|overall|in all|sum)\b", re.IGNORECASE)
_BY_PROJECT = re.compile(
    r"\b(?:per|by|each|every|which|what) (?:project|namespace)s?\b|"
    r"\b(?:most|least|busiest|hungriest|highest|lowest)\b.{0,40}\b(?:project|namespace)\b",
    re.IGNORECASE,
)


def asks_by_project(message: str) -> bool:
    """ "CPU usage per project", "which namespace uses the most memory?"."""
    return _BY_PROJECT.search(message) is not None


class UsageHistoryReader(Struct, frozen=True):
    """The usage now, and how it was where the message names a time."""

    sources: MetricSources

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Raises MetricSourceError."""
        asked = reading.asked
        if asks_by_project(reading.message) and not asked.targets:
            tell_project_usage(reading.select(draft), asked.parameters.metric, reading.facts, draft)
            return
        of_nodes = asked.resource_type == "nodes" or any(found.entity.kind == "node" for found in asked.targets)
        if not of_nodes and (reading.projects or (_TOTAL.search(reading.message) and not reading.is_named)):
            where = listing(sorted(reading.projects)) if reading.projects else reading.facts.workspace_name
            tell_total_usage(reading.select(draft), asked.parameters.metric, where, reading.facts, draft)
        answer_usage(asked, reading.facts, draft, lowest=asks_for_least(reading.message))
        seconds = asked.parameters.time_range_seconds
        if seconds is None or asked.resource_type == "nodes" or not draft.fulfilled:
            return
        selected = reading.select(draft)[:SHOWN]
        tell_history([await self._read(reading, one, seconds) for one in selected], reading.facts, draft)

    async def _read(self, reading: Reading, one: Application, seconds: float) -> History:
        metric = reading.asked.parameters.metric
        wanted = {name: signal for name, signal in TOTALS.items() if metric in (None, name)}
        series = await measured(self.sources, reading, one, tuple(wanted.values()), seconds)
        return History(one, {name: series[signal].values for name, signal in wanted.items()}, seconds)
