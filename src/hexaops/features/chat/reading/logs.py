"""Questions for what pods wrote: read from the log store, inside the caller's workspace only."""

from __future__ import annotations

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.logs import BASELINE_SECONDS, LINES_READ, answer_logs, answer_news, log_question
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.logs.service import LogQueryService

READ_LOGS = "read_logs"


class LogReader(Struct, frozen=True):
    """Answers from the log store."""

    logs: LogQueryService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The newest lines of what was asked for; raises LogStoreError, which is told as of every reader."""
        if not reading.may(READ_LOGS, draft, to="read logs"):
            return
        if READ_LOGS not in reading.facts.capabilities:
            draft.say(f"I can't tell: this message may not read logs (capability {READ_LOGS}).")
            draft.fulfilled = False
            return
        selected = reading.select(draft)
        question = log_question(reading.asked, reading.message, selected, reading.facts)
        found = await self.logs.find(
            reading.caller.get_workspace().id, components=question.components, levels=question.levels,
            seconds=question.seconds, limit=LINES_READ, before=BASELINE_SECONDS if question.news else 0,
        )  # fmt: skip
        (answer_news if question.news else answer_logs)(question, found, reading.facts, draft)
