"""Questions for times: what was asked for is in the first sentence, and a window that was named holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world

TOLD = (
    ("When was worker-app last updated?", "**worker-app** was last deployed "),
    ("When did web-app get rolled out last?", "**web-app** was last deployed 2d "),
    ("Which image did web-app have before?", "Before the current one, **web-app** had Revision 1 with image nginx:1.2"),
    ("When did cache-service begin to fail?", "**cache-service** has been degraded for at least "),
    ("How many pods restarted in the last 2 days?", "1 of 26 pods has restarted in the last 2d:\n- database-app-"),
    ("Which pods have restarted?", "2 of 26 pods have restarted, the most often first:"),
    ("What is the p90 of web-app?", "How fast **web-app** answers is not measured here"),
)


@pytest.fixture
async def living(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The service on a cluster that lives."""
    async with living_world(sqlite_url, tmp_path) as world:
        yield world


async def test_the_time_that_was_asked_for_comes_first(living: LivingWorld) -> None:
    wrong = []
    for question, begins in TOLD:
        answer = (await living.call("POST", "/aiops/chat", {"message": question})).json()["data"]["response"]
        if not answer["content"].startswith(begins):
            wrong.append((question, answer["content"][:400]))
    assert wrong == []


@pytest.mark.parametrize("message", ["When did cache-service begin to fail?", "When did web-app stop working?"])
async def test_a_question_for_the_past_plans_no_alert(living: LivingWorld, message: str) -> None:
    data = (await living.call("POST", "/aiops/chat", {"message": message})).json()["data"]
    assert [one["type"] for one in data["attachments"] if one["type"] == "action_plan"] == []
    assert living.writes() == []
