"""A change that may be asked for is named; a yes asks for exactly that, a no drops it, another topic ends it."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Mode
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]
RESTART, SCALE, STOP = Intent.RESTART_APPLICATION, Intent.SCALE_APPLICATION, Intent.STOP_APPLICATION
UNSURE = [
    ("I think web-app should be restarted", RESTART, None),
    ("could web-app be stopped?", STOP, None),
    ("can web-app run with 4 replicas", SCALE, 4),
    ("should web-app be scaled to 4?", SCALE, 4),
]


def _names(asked: object) -> list[str]:
    return [found.entity.name for found in getattr(asked, "targets", ())]


@pytest.mark.parametrize(("text", "intent", "replicas"), UNSURE)
def test_what_is_not_sure_is_named_and_not_planned(text: str, intent: Intent, replicas: int | None) -> None:
    asked = Conversation(DOCS).say(text)
    assert not asked.would_change
    assert asked.offer is not None
    assert (asked.offer.intent, _names(asked.offer), asked.offer.parameters.replicas) == (intent, ["web-app"], replicas)


@pytest.mark.parametrize(("text", "intent", "replicas"), UNSURE)
@pytest.mark.parametrize("yes", ["yes", "yes please", "ok"])
def test_a_yes_asks_for_exactly_that(text: str, intent: Intent, replicas: int | None, yes: str) -> None:
    talk = Conversation(DOCS)
    talk.say(text)
    asked = talk.say(yes)
    assert asked.would_change
    assert (asked.intent, _names(asked), asked.parameters.replicas) == (intent, ["web-app"], replicas)


@pytest.mark.parametrize(("text", "_intent", "_replicas"), UNSURE)
def test_a_no_drops_it_for_good(text: str, _intent: Intent, _replicas: int | None) -> None:
    talk = Conversation(DOCS)
    talk.say(text)
    assert talk.say("no").intent is Intent.DENY
    assert not talk.say("yes").would_change


@pytest.mark.parametrize("between", ["how is api-service?", "show me the logs of api-service"])
def test_a_yes_after_another_topic_is_not_for_it(between: str) -> None:
    talk = Conversation(DOCS)
    talk.say("I think web-app should be restarted")
    talk.say(between)
    assert not talk.say("yes").would_change


@pytest.mark.parametrize(
    "text",
    [
        "don't restart web-app",
        "if web-app fails, restart it",
        "restart web-app tomorrow",
        'the runbook says "restart web-app"',
        "was web-app restarted?",
        "what happens if I restart web-app?",
    ],
)
def test_what_is_plainly_no_request_is_not_offered(text: str) -> None:
    asked = Conversation(DOCS).say(text)
    assert asked.offer is None
    assert not asked.would_change


def test_one_more_of_the_same_says_so() -> None:
    talk = Conversation(DOCS)
    assert not talk.say("restart web-app").adds
    added = talk.say("api-service as well")
    assert added.adds
    assert _names(added) == ["api-service"]
    assert not talk.say("no, auth-service").adds


@pytest.mark.parametrize(
    "text",
    [
        "scale web-app to 6... hmm, on second thought leave it as it is",
        "restart web-app. The last one only if you must, so rather not.",
        "start report-generator, image-resizer can stay off",
        "let web-app finish, then stop it",
        "web-app must restart less often",
        "it would be nice if web-app restarted faster",
    ],
)
def test_what_takes_it_back_or_tells_of_another_holds_it_up(text: str) -> None:
    asked = Conversation(DOCS).say(text)
    assert not any(part.would_change for part in asked.parts or (asked,))


@pytest.mark.parametrize(
    ("text", "replicas"),
    [("5 web-apps please", 5), ("web-app to 4 again", 4), ("web-app wants a fourth replica", 4)],
)
def test_counts_are_read_beside_names(text: str, replicas: int) -> None:
    asked = Conversation(DOCS).say(text)
    assert asked.mode is Mode.REQUEST
    assert (asked.intent, _names(asked), asked.parameters.replicas) == (SCALE, ["web-app"], replicas)


def test_a_state_turns_the_last_change_round() -> None:
    talk = Conversation(DOCS)
    talk.say("stop web-app")
    talk.say("stop api-service")
    assert talk.say("both on again").intent is not STOP


def test_another_value_without_its_name_is_asked_about() -> None:
    talk = Conversation(DOCS)
    assert talk.say("set LOG_LEVEL=debug on web-app").would_set
    assert not talk.say("web-app back to info").would_set
