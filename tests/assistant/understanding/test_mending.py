"""Requests to fix what is wrong: an agreement to the plan on the table, else a question for the cause."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Dialogue, Intent, PendingQuestion, Understanding, understand
from testenv.golden.cases import entity_ids, load_worlds

DOCS = load_worlds()["docs"]
WEB = entity_ids(DOCS, ["web-app"])
EXPLAINED = Dialogue("diagnose", WEB)
PLANNED = Dialogue("diagnose", WEB, PendingQuestion("confirm_plan", "restart_failing", targets=WEB))


def names(got: Understanding) -> list[str]:
    return [target.entity.name for target in got.targets]


@pytest.mark.parametrize(
    "said", ["fix it", "can you fix this?", "ok, repair it please", "go ahead and fix the problem", "apply the fix",
             "please resolve that"],
)  # fmt: skip
def test_a_plan_is_agreed_to_else_the_cause_is_looked_for(said: str) -> None:
    assert understand(said, DOCS, PLANNED).intent is Intent.CONFIRM
    explained = understand(said, DOCS, EXPLAINED)
    assert (explained.intent, names(explained)) == (Intent.DIAGNOSE, ["web-app"])
    assert not explained.would_change


@pytest.mark.parametrize("said", ["fix web-app", "could you repair web-app please", "fix the problem with web-app"])
def test_what_is_named_is_looked_at(said: str) -> None:
    for dialogue in (None, Dialogue("diagnose", entity_ids(DOCS, ["api-service"]))):
        got = understand(said, DOCS, dialogue)
        assert (got.intent, names(got)) == (Intent.DIAGNOSE, ["web-app"])


@pytest.mark.parametrize(
    "said", ["don't fix it", "did you fix it?", "how do I fix it", "fix the tls of web-app", "fix it at 5 replicas",
             "will it fix it?", "stop fixing it"],
)  # fmt: skip
def test_anything_more_is_read_afresh(said: str) -> None:
    assert understand(said, DOCS, PLANNED).intent is not Intent.CONFIRM
