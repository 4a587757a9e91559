"""Questions for what pods wrote: read from the log store, inside the caller's workspace only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.log_words import RELEASE
from hexaops.assistant.answers.logs import (
    BASELINE_SECONDS,
    LINES_READ,
    LogQuestion,
    answer_logs,
    answer_news,
    log_question,
)
from hexaops.assistant.answers.select import filtered
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.logs.service import LogQueryService
from hexaops.features.overview.activity import latest_release

_OF_PODS = re.compile(
    r"\b(?:of|from|by|for) (?:the |all |my |our )?[\w -]{0,20}?(?:pods?|apps?|applications?|containers?)\b", re.I
)
""" "Logs of the failing pod": of those that are in this state."""


class LogReader(Struct, frozen=True):
    """Answers from the log store."""

    logs: LogQueryService
    applications: ApplicationService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The newest lines of what was asked for; raises LogStoreError, which is told as of every reader."""
        selected = reading.select(draft)
        question = log_question(reading.asked, reading.message, selected, reading.facts)
        state = reading.asked.parameters.status_filter
        if state and not reading.is_named and _OF_PODS.search(reading.message):
            names = sorted({one.name for one in filtered(selected, state)})
            question = replace(question, components=tuple(names)) if names else question
        if RELEASE.search(reading.message):
            question = self._since_release(question, selected, reading, draft)
        found = await self.logs.find(
            reading.caller.get_workspace().id, components=question.components, levels=question.levels,
            seconds=question.seconds, limit=LINES_READ, before=BASELINE_SECONDS if question.news else 0,
            expression=question.expression,
        )  # fmt: skip
        (answer_news if question.news else answer_logs)(question, found, reading.facts, draft)

    def _since_release(
        self, question: LogQuestion, selected: Sequence[Application], reading: Reading, draft: Draft
    ) -> LogQuestion:
        """The question from the newest release of what it is about; as it was, and told, where none is known."""
        workspace, rows = reading.caller.get_workspace(), self.applications.rows
        found = latest_release(selected, rows(workspace, "ReplicaSet"), rows(workspace, "Event"))
        if found is None:
            draft.say(
                "I can't tell when that was last deployed: only Deployments keep the times of their revisions, "
                "and after a rollback only while the cluster keeps its events."
            )
            return question
        seconds = max(1.0, reading.facts.now.timestamp() - found.at)
        return replace(question, seconds=seconds, since=f"the release of {found.resource}")
