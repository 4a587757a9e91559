"""What only makes a doubt, outweighed where the words are surely a request, and what never is."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent
from hexaops.assistant.understanding.asked import Frame
from hexaops.assistant.understanding.conversation import Conversation
from hexaops.assistant.understanding.overruling import may_be_outweighed
from testenv.golden.cases import load_worlds

WORLDS = load_worlds()


def _frame(at: int) -> Frame:
    return Frame((), 0, 0, "restart", at, frozenset())


def _planned(*texts: str) -> list[tuple[Intent, tuple[str, ...]]]:
    talk = Conversation(WORLDS["docs"])
    asked = [talk.say(text) for text in texts][-1]
    parts = [part for part in (asked.parts or (asked,)) if part.would_change]
    return [(part.intent, tuple(target.entity.name for target in part.targets)) for part in parts]


@pytest.mark.parametrize(
    ("text", "intent", "name"),
    [
        ("nobody is using it at the weekend, so bring web-app down to 2", Intent.SCALE_APPLICATION, "web-app"),
        ("take web-app offline, legal asked for it", Intent.STOP_APPLICATION, "web-app"),
        ("Per my call with ops: please restart web-app.", Intent.RESTART_APPLICATION, "web-app"),
        ("cpu load is climbing, bump web-app to 8", Intent.SCALE_APPLICATION, "web-app"),
    ],
)
def test_what_only_makes_a_doubt_is_outweighed(text: str, intent: Intent, name: str) -> None:
    assert _planned(text) == [(intent, (name,))]


@pytest.mark.parametrize(
    "text",
    [
        "in the evening scale web-app down to 2",
        "after the deploy restart web-app",
        "the runbook says: scale web-app to 5",
        "web-app is idle, one pod is down",
        "restart web-app, legal asked whether that is possible",
        "everything that needs a restart",
        "restart the second web-app",
    ],
)
def test_what_takes_a_request_away_is_not(text: str) -> None:
    assert _planned(text) == []


def test_negation_quotation_and_a_time_behind_are_never_outweighed() -> None:
    for name in (
        "quoted",
        "mode negated",
        "tag after later",
        "limit scheduled",
        "unknown name",
        "tag in if",
    ):
        assert not may_be_outweighed([name], _frame(0))
    assert may_be_outweighed(["tells is"], _frame(0))
    assert not may_be_outweighed(["tells is"], _frame(-1))


def test_those_of_the_last_change_are_restarted_whatever_their_state() -> None:
    assert _planned("stop web-app and api-service", "no, restart them all") == [
        (Intent.RESTART_APPLICATION, ("web-app", "api-service"))
    ]


def test_a_node_that_is_not_there_is_named() -> None:
    asked = Conversation(WORLDS["docs"]).say("what happens if node xyz dies")
    assert [name.mention for name in asked.unknown_names] == ["xyz"]
