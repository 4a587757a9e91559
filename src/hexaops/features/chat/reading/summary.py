"""A summary of the workspace for somebody who does not run it: state, causes, what it costs, what was done."""

from __future__ import annotations

from msgspec import Struct

from hexaops.analysis.insights.model import CATEGORIES
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.summary import Overview, tell_summary
from hexaops.assistant.tools.insights import INSIGHTS
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.insights import WEEK_SECONDS
from hexaops.features.insights.engine import InsightEngine, Question


class SummaryReader(Struct, frozen=True):
    """Answers from one assessment."""

    engine: InsightEngine

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Without the permission for insights: the state alone."""
        reading.select(draft)
        overview = None
        if INSIGHTS.permission in reading.caller.permissions:
            question = Question(CATEGORIES, WEEK_SECONDS, logs="read_logs" in reading.caller.permissions)
            found = await self.engine.assess(reading.caller.get_workspace(), question)
            overview = Overview(found.insights, None if found.no_usage else found.statement)
        tell_summary(overview, reading.facts, draft)
