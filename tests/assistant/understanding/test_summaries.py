"""A summary of everything is asked for in a whole sentence; of anything else it is not ours."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, understand
from hexaops.assistant.understanding.summaries import asks_for_summary
from tests.assistant.understanding.test_dialogue import DOCS


@pytest.mark.parametrize(
    "message",
    [
        "Give me a summary for my manager", "summarize the workspace", "executive summary please", "TL;DR",
        "write a status report for my boss", "I need a short report for management",
        "what should I tell my boss about the platform?", "can you give me a quick overview of everything?",
    ],
)  # fmt: skip
def test_a_summary_is_the_status_of_everything(message: str) -> None:
    assert asks_for_summary(message)
    assert understand(message, DOCS).intent is Intent.STATUS_QUERY


@pytest.mark.parametrize(
    "message",
    [
        "give me a summary of the passwords", "write a summary of the book", "summarize the logs of web-app",
        "send a report to my manager and stop web-app", "what should I tell my boss about my holidays", "summary " * 50,
    ],
)  # fmt: skip
def test_a_summary_of_something_else_is_not_one(message: str) -> None:
    assert not asks_for_summary(message)
