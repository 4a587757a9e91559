"""Changes that only the whole message asks for; near them, what asks for nothing or for something else."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding, understand
from hexaops.assistant.understanding.conversation import Conversation
from hexaops.assistant.understanding.slots import Slots
from testenv.golden.cases import load_worlds

DOCS, SHOP = load_worlds()["docs"], load_worlds()["shop"]


def _parts(text: str) -> tuple[Understanding, ...]:
    asked = understand(text, SHOP if "shop" in text else DOCS)
    return asked.parts or (asked,)


def _planned(text: str) -> list[tuple[Intent, tuple[str, ...]]]:
    return [
        (part.intent, tuple(target.entity.name for target in part.targets))
        for part in _parts(text)
        if part.would_change or part.would_set
    ]


@pytest.mark.parametrize(
    ("text", "intent", "names"),
    [
        ("bounce the unhealthy pods, ns production", Intent.RESTART_FAILING, ()),
        ("stop web-app for the time being please", Intent.STOP_APPLICATION, ("web-app",)),
        ("it'd be nice to have web-app restarted", Intent.RESTART_APPLICATION, ("web-app",)),
        ("gimme 6 web-app pods please", Intent.SCALE_APPLICATION, ("web-app",)),
        ("api-service is broken since the release. the old version back please", Intent.ROLLBACK_APPLICATION,
         ("api-service",)),
        ("roll back web-app and api-service", Intent.ROLLBACK_APPLICATION, ("web-app", "api-service")),
        ("let web-app autoscale between 2 and 8", Intent.AUTOSCALING, ("web-app",)),
    ],
)  # fmt: skip
def test_the_whole_message_asks_for_it(text: str, intent: Intent, names: tuple[str, ...]) -> None:
    assert _planned(text) == [(intent, names)]


@pytest.mark.parametrize(
    "text",
    [
        "web-app would need a restart",
        "with 2 web-app pods we would be fine",
        "restart the log level of web-app",
        "recycle the badge of the web-app team",
        "it'd be wrong to restart web-app now",
        "web-app had been stopped for the time being",
        "the old version of web-app went wrong after the deploy",
        "should we go back to the old version of web-app?",
        "roll back web-app, not api-service, or was it the other way round?",
        "they let web-app autoscale between 2 and 8 pods",
        "when would web-app autoscale between 2 and 8 pods",
        "write down how to autoscale web-app between 2 and 8 pods",
        "bob wants web-app and api-service rolled back",
    ],
)
def test_what_is_only_like_it_is_not_planned(text: str) -> None:
    assert _planned(text) == []


def test_several_applications_get_the_same_variable() -> None:
    (asked,) = _parts("LOG_LEVEL=warn for web-app and api-service please")
    assert asked.would_set
    assert asked.slots == Slots(env=(("LOG_LEVEL", "warn"),))
    assert [target.entity.name for target in asked.targets] == ["web-app", "api-service"]
    assert _planned("set LOG_LEVEL=warn on web-app, it is what api-service has") == []


def _after(*texts: str) -> list[tuple[Intent, tuple[str, ...], int | None]]:
    talk = Conversation(DOCS)
    asked = [talk.say(text) for text in texts][-1]
    return [
        (part.intent, tuple(target.entity.name for target in part.targets), part.parameters.replicas)
        for part in asked.parts or (asked,)
        if part.would_change
    ]


@pytest.mark.parametrize(
    ("text", "intent", "names"),
    [
        ("I would need web-app started, thanks", Intent.START_APPLICATION, ("web-app",)),
        ("a restart of web-app would be lovely", Intent.RESTART_APPLICATION, ("web-app",)),
        ("kick the failing stuff in production", Intent.RESTART_FAILING, ()),
        ("restart whatever is still failing in production", Intent.RESTART_FAILING, ()),
        ("restart everything unhealthy in production", Intent.RESTART_FAILING, ()),
        ("could we go back to the release web-app had before today's deploy?", Intent.ROLLBACK_APPLICATION,
         ("web-app",)),
        ("we size web-app by hand, let it float between 2 and 8 pods at 60 percent cpu", Intent.AUTOSCALING,
         ("web-app",)),
    ],
)  # fmt: skip
def test_what_is_told_around_it_takes_nothing_away(text: str, intent: Intent, names: tuple[str, ...]) -> None:
    assert _planned(text) == [(intent, names)]


@pytest.mark.parametrize(
    "text",
    [
        "web-app would be lovely after a restart",
        "before the sale starts somebody has to scale web-app to 5",
        "scale web-app to 6, that is for tomorrow",
        "restart web-app, it can wait until the launch is over",
        "web-app needs a restart after the deploy is through, do it then",
        "I would need to know whether web-app was started",
        "we saw web-app restarted",
        "restart the failing tests of web-app",
        "restart everything unhealthy in production tomorrow",
        "web-app needs 4",
        "set LOG_LEVEL of web-app to something quieter",
        "change LOG_LEVEL of web-app to another value",
        "web-app runs with LOG_LEVEL=debug",
        "somebody put LOG_LEVEL=debug on web-app",
        "web-app scales by itself from 2 to 8",
        "roll back web-app or api-service",
    ],
)
def test_what_is_told_or_left_open_is_not_planned(text: str) -> None:
    assert _planned(text) == []


def test_a_number_that_is_needed_counts_replicas_where_these_are_spoken_of() -> None:
    assert _after("scale web-app to 5", "no, it needs 4") == [(Intent.SCALE_APPLICATION, ("web-app",), 4)]
    assert _after("web-app needs 4 pods") == [(Intent.SCALE_APPLICATION, ("web-app",), 4)]


def test_a_corrected_name_or_value_keeps_the_rest() -> None:
    talk = Conversation(SHOP)
    talk.say("quota of checkout to 10 cpu")
    asked = talk.say("no, shop not checkout")
    assert (asked.would_set, asked.parameters.namespace) == (True, "shop")
    assert asked.slots == Slots(hard=(("requests.cpu", "10"),))
    talk = Conversation(DOCS)
    talk.say("set LOG_LEVEL to debug on web-app")
    asked = talk.say("no, info")
    assert (asked.would_set, asked.slots) == (True, Slots(env=(("LOG_LEVEL", "info"),)))


@pytest.mark.parametrize(
    ("text", "intent", "names"),
    [
        ("web-app stuck, a restart would be great", Intent.RESTART_APPLICATION, ("web-app",)),
        ("give everything that is in CrashLoopBackOff a restart please", Intent.RESTART_FAILING, ()),
        ("please restart web-app, it hangs since morning", Intent.RESTART_APPLICATION, ("web-app",)),
    ],
)
def test_a_complaint_a_state_and_a_past_time_forbid_nothing(text: str, intent: Intent, names: tuple[str, ...]) -> None:
    assert _planned(text) == [(intent, names)]


@pytest.mark.parametrize(
    "text",
    [
        "legal asked us to stop web-app, what shall we do",
        "legal asked us to stop web-app, please do not do that",
        "web-app stuck, somebody restarted it",
        "web-app is slow, a restart would be great but not now",
        "web-app is slow, would a restart be great",
        "everything that is in CrashLoopBackOff was restarted",
        "please restart web-app in the evening",
    ],
)
def test_what_is_near_a_complaint_a_state_or_a_time_is_not_planned(text: str) -> None:
    assert _planned(text) == []


@pytest.mark.parametrize("word", ["additional", "further", "extra"])
def test_one_of_its_kind_more_is_a_step(word: str) -> None:
    a = "an" if word[0] in "ae" else "a"
    (asked,) = _parts(f"{a} {word} replica for web-app please")
    assert (asked.would_change, asked.parameters.replicas_delta) == (True, 1)
    assert _planned(f"{a} {word} replica of web-app crashed") == []
    assert _planned(f"{a} {word} label for web-app please") == []
