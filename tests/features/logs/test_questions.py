"""What the chat asks of the log store is answered by it: levels, applications and time as the message says them."""

from __future__ import annotations

import pytest

from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.logs import log_question
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.logs.service import LogQueryService
from tests.assistant.answers.test_logs import facts
from tests.features.logs.conftest import LogsWorld

KNOWN: Facts = facts()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("show me the logs", ["bad", "odd", "fine"]),
        ("check logs for errors", ["bad"]),
        ("any warnings in the logs?", ["bad", "odd"]),
        ("any warnings, without the odd ones?", ["bad"]),
        ("logs mentioning fine", ["fine"]),
    ],
)
async def test_the_levels_that_were_said_are_found(logs: LogsWorld, message: str, expected: list[str]) -> None:
    await logs.push(
        {"level": "info", "message": "fine"}, {"level": "warn", "message": "odd"}, {"level": "fatal", "message": "bad"}
    )
    question = log_question(Understanding(Intent.LOG_QUERY, 1.0), message, (), KNOWN)
    found = await logs.access.get(LogQueryService).find(
        logs.own,
        components=question.components,
        levels=question.levels,
        seconds=3600,
        limit=10,
        expression=question.expression,
    )
    assert sorted(row.message for row in found.rows) == sorted(expected)
