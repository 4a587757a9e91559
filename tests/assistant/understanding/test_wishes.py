"""Wishes and passives become the request that they are; what only looks like one does not."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Mode, Understanding, understand
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]
RESTART, SCALE = Intent.RESTART_APPLICATION, Intent.SCALE_APPLICATION
START, STOP = Intent.START_APPLICATION, Intent.STOP_APPLICATION


def _planned(text: str) -> list[Understanding]:
    got = understand(text, DOCS)
    return [part for part in (got.parts or (got,)) if part.would_change]


@pytest.mark.parametrize(
    ("text", "intent", "replicas"),
    [
        ("web-app could do with a restart", RESTART, None),
        ("web-app needs a fresh start, go ahead", RESTART, None),
        ("the secret rotated, so web-app should be restarted now", RESTART, None),
        ("would you mind restarting web-app for me?", RESTART, None),
        ("could you give web-app a kick", RESTART, None),
        ("mind giving web-app a bounce?", RESTART, None),
        ("I'd be grateful for a restart of web-app", RESTART, None),
        ("web-app: restart", RESTART, None),
        ("restart web-app to pick up the new secret", RESTART, None),
        ("we expect a rush, web-app needs to be at 9", SCALE, 9),
        ("web-app has to grow to 5", SCALE, 5),
        ("the queue is long, web-app should have eight pods", SCALE, 8),
        ("could you see to it that web-app has 4 pods from now on", SCALE, 4),
        ("web-app replicas 3 -> 2", SCALE, 2),
        ("web-app x6", SCALE, 6),
        ("make web-app four strong", SCALE, 4),
        ("web-app can come back online, please", START, None),
        ("I'd appreciate it if web-app was started now", START, None),
        ("let's have web-app up again", START, None),
        ("both should be running again, web-app", START, None),
        ("web-app can be switched off, do it please", STOP, None),
        ("could web-app be stopped now?", STOP, None),
        ("web-app is idle, could it be stopped now?", STOP, None),
        ("web-app hangs again, give it a bounce will you", RESTART, None),
        ("web-app looks dead, restart it for me?", RESTART, None),
        ("web-app wants a restart, go ahead", RESTART, None),
        ("give web-app a fresh start", RESTART, None),
        ("give web-app a restart when you see this", RESTART, None),
        ("can web-app be restarted please, the keys are stale", RESTART, None),
        ("web-app has gone crazy. reboot it.", RESTART, None),
        ("quick one: restart web-app", RESTART, None),
        ("bounce web-app once please", RESTART, None),
        ("do me a favour: restart web-app", RESTART, None),
        ("go restart web-app", RESTART, None),
        ("turn web-app off and back on", RESTART, None),
        ("would somebody be able to restart web-app?", RESTART, None),
        ("have web-app shut down", STOP, None),
        ("more capacity for web-app: 6 instances", SCALE, 6),
        ("web-app replicas: 5", SCALE, 5),
        ("web-app is mostly idle, one pod is plenty", SCALE, 1),
        ("scale web-app up to five pods since checkout is slow", SCALE, 5),
        ("stop web-app, nobody needs it", STOP, None),
        ("stop web-app for the audit", STOP, None),
        ("put web-app to sleep", STOP, None),
        ("take web-app out of service", STOP, None),
        ("pull the plug on web-app", STOP, None),
        ("we want previews again, so web-app on please", START, None),
        ("could somebody put web-app at four?", SCALE, 4),
        ("web-app is bored, drop it to 1", SCALE, 1),
        ("drop web-app to two", SCALE, 2),
        ("web-app should have 4 replicas, not 2", SCALE, 4),
        ("I'd feel better with 5 web-app pods instead of 3", SCALE, 5),
        ("web-app is oversized, 2 pods will do", SCALE, 2),
        ("the rush begins at noon, so scale web-app to 6 now", SCALE, 6),
        ("can we get web-app running on just 2", SCALE, 2),
        ("web-app should be running with 6 pods", SCALE, 6),
        ("please make that web-app runs with 4 replicas", SCALE, 4),
        ("push web-app to 6", SCALE, 6),
        ("bring web-app down to a single pod, leave it running", SCALE, 1),
        ("let's run fewer web-app: 2", SCALE, 2),
        ("shrink web-app to two pods to save money", SCALE, 2),
    ],
)
def test_a_wish_is_a_request(text: str, intent: Intent, replicas: int | None) -> None:
    [asked] = _planned(text)
    assert asked.intent is intent
    assert [found.entity.name for found in asked.targets] == ["web-app"]
    assert asked.parameters.replicas == replicas


@pytest.mark.parametrize(
    "text",
    [
        "I think web-app should be restarted",
        "web-app should be restarted?",
        "does web-app need a restart?",
        "web-app should be restarted tonight",
        "web-app needs a restart if it fails",
        "bob says web-app needs a restart",
        "web-app should never be restarted",
        "maybe web-app needs a restart",
        "could web-app be stopped?",
        "web-app should have a restart policy",
        "web-app should have been restarted",
        "web-app needs 4 gigs of memory",
        "web-app could use some help from the network team",
        "make sure web-app is never stopped",
        "give web-app restart rights",
        "let web-app have a new readiness probe",
        "web-app must not be restarted now",
        "wait 10 minutes and then restart web-app",
        "give it an hour, then restart web-app",
        "hold until the backup is done, then stop web-app",
        "stop web-app, i was joking",
        "web-app wants 3, two is what we have",
        "we could go with 4 for web-app",
        "restart all pods that keep crashing web-app",
        "don't restart web-app, can you please",
        "do me a favour: never restart web-app",
        "web-app is idle, one pod is down",
        "web-app replicas: 5 of 5 ready",
        "restart web-app, they said",
        "stop web-app, nobody wants that",
        "stop web-app, that was yesterday's plan",
        "stop web-app, people are still buying",
        "web-app has 3 replicas, not 1",
        "web-app should have 3 replicas, not 1, right?",
        "is web-app oversized, 3 pods will do",
        "number of pods for web-app: 5",
        "ticket request: restart web-app",
        "tomorrow is the sale, scale web-app to 6 now?",
        "put web-app at six o'clock",
        "pull the plug on web-app's debug mode",
        "restart whatever is running",
        "restart whatever is crashing web-app",
        "fix whatever is broken in web-app",
        "web-app runs with 4 replicas",
        "can web-app run with 4 replicas",
        "shave 2 seconds off web-app",
        "stop web-app for the canary",
        "restart web-app once a day",
        "restart web-app when you see errors",
        "drop web-app to two users",
    ],
)
def test_what_only_looks_like_a_wish_is_not_planned(text: str) -> None:
    assert _planned(text) == []


def test_a_wish_about_what_was_spoken_of() -> None:
    talk = Conversation(DOCS)
    talk.say("how is cache-service?")
    asked = talk.say("it needs a restart")
    assert asked.would_change
    assert [found.entity.name for found in asked.targets] == ["cache-service"]


def test_a_noun_that_names_no_single_application_is_asked_about() -> None:
    got = understand("stop the worker", DOCS)
    assert not got.would_change
    assert got.ambiguous


@pytest.mark.parametrize("then", ["tonight, I mean", "tomorrow", "at 6pm please", "every day"])
def test_a_plan_that_is_put_off_is_no_plan(then: str) -> None:
    talk = Conversation(DOCS)
    assert talk.say("restart cache-service").would_change
    asked = talk.say(then)
    assert not asked.would_change
    assert asked.mode is not Mode.REQUEST


def test_a_time_alone_does_not_repeat_the_change() -> None:
    talk = Conversation(DOCS)
    talk.say("restart cache-service")
    assert not talk.say("and yesterday?").would_change


def test_a_step_up_is_a_step_whatever_its_verb() -> None:
    for text, delta in (
        ("spin up two extra web-app instances", 2),
        ("web-app minus one", -1),
        ("add 2 to web-app", 2),
    ):
        [asked] = _planned(text)
        assert (asked.intent, asked.parameters.replicas_delta) == (SCALE, delta), text


def test_a_pronoun_after_a_vague_name_is_asked_about() -> None:
    for text in ("the gateway is odd, reboot it", "the api is slow, restart it"):
        assert not understand(text, load_worlds()["shop"]).would_change, text


def test_all_but_one_is_one() -> None:
    [asked] = _planned("remove all web-app replicas but one")
    assert (asked.intent, asked.parameters.replicas) == (SCALE, 1)


def test_a_correction_inside_the_sentence_takes_the_first_name_out() -> None:
    [asked] = _planned("scale web-app to 3, not web-app but api-service")
    assert [found.entity.name for found in asked.targets] == ["api-service"]


def test_what_fails_is_restarted_however_it_is_said() -> None:
    for text in (
        "could you fix whatever is broken by restarting it",
        "restart whatever is crashing right now",
        "restart all the pods that keep crashing",
        "can you heal all the broken apps please",
    ):
        [asked] = _planned(text)
        assert asked.intent is Intent.RESTART_FAILING, text
