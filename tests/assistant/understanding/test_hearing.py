"""Changes that only the encoder hears: planned where all is sure, named where something may limit them."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Understanding, understand
from hexaops.assistant.understanding.intents import Intent
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def _planned(asked: Understanding) -> list[tuple[Intent, tuple[str, ...]]]:
    parts = asked.parts or (asked,)
    return [(p.intent, tuple(t.entity.name for t in p.targets)) for p in parts if p.would_change or p.would_set]


@pytest.mark.parametrize(
    ("text", "intent", "name"),
    [
        ("conversion fell since the release, have the old version reinstated on web-app please",
         Intent.ROLLBACK_APPLICATION, "web-app"),
        ("web-app serves stale pages again, a good old reboot would sort it, please do", Intent.RESTART_APPLICATION,
         "web-app"),
        ("Kindly take auth-service out of operation now, the vendor migrates our account.", Intent.STOP_APPLICATION,
         "auth-service"),
    ],
)  # fmt: skip
def test_requests_in_words_that_no_rule_has(text: str, intent: Intent, name: str) -> None:
    assert _planned(understand(text, DOCS)) == [(intent, (name,))]


@pytest.mark.parametrize(
    ("text", "replicas", "delta", "factor"),
    [
        ("pages take 900 ms since 20 minutes, please bring web-app to 6 pods", 6, None, None),
        ("please be so kind and take away one of the web-app pods, the poor thing is idle", None, -1, None),
        ("Demo in the afternoon, so please have web-app doubled now", None, None, 2.0),
    ],
)
def test_numbers_are_filled_by_their_roles(
    text: str, replicas: int | None, delta: int | None, factor: float | None
) -> None:
    asked = understand(text, DOCS)
    asked = asked if asked.would_change else asked.offer or asked
    assert asked.intent is Intent.SCALE_APPLICATION
    said = asked.parameters
    assert (said.replicas, said.replicas_delta, said.replicas_factor) == (replicas, delta, factor)


@pytest.mark.parametrize(
    "text",
    [
        "test -z web-app && restart web-app",
        "please restart web-app and everything it depends on",
        "restart web-app-2 for me please, it is hanging since the morning",
        "give no-such-app the usual restart please, customers are waiting",
        "please restart the cache of web-app, it serves old pictures",
        "we could go with four pods of web-app in the afternoon",
        "put web-app back where it was please",
    ],
)
def test_what_may_mean_something_else_is_not_planned(text: str) -> None:
    assert _planned(understand(text, DOCS)) == []


@pytest.mark.parametrize(
    ("text", "intent", "name"),
    [
        ("web-app has not logged anything since noon. Please restart it.", Intent.RESTART_APPLICATION, "web-app"),
        ("The others are fine. Please scale web-app to 5.", Intent.SCALE_APPLICATION, "web-app"),
        ("I was told web-app needs more room, please give it 2 more replicas.", Intent.SCALE_APPLICATION, "web-app"),
        ("please roll web-app back, the release of this morning lost orders", Intent.ROLLBACK_APPLICATION, "web-app"),
    ],
)  # fmt: skip
def test_what_is_told_beside_does_not_hold_back_what_is_surely_asked(text: str, intent: Intent, name: str) -> None:
    assert _planned(understand(text, DOCS)) == [(intent, (name,))]


@pytest.mark.parametrize(
    "text",
    ["show me the logs of web-app and have it restarted after that, it is stuck again", "Can I restart web-app?"],
)
def test_a_change_is_not_all_that_is_understood(text: str) -> None:
    asked = understand(text, DOCS)
    assert any(not (part.would_change or part.would_set) for part in asked.parts or (asked,))
