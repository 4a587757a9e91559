"""Later messages that also tell why, that go back or turn away: what they mean after what was said."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Mode, Understanding
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

WORLDS = load_worlds()


def _last(world: str, *said: str) -> Understanding:
    talk = Conversation(WORLDS[world])
    return [talk.say(message) for message in said][-1]


def _names(got: Understanding) -> list[str]:
    return sorted(target.entity.name for target in got.targets)


@pytest.mark.parametrize(
    ("said", "intent", "named"),
    [
        (("logs of mailer", "same for kafka, it is also crashing"), Intent.LOG_QUERY, ["kafka"]),
        (("who changed redis", "and kafka, since they go together"), Intent.CHANGE_HISTORY, ["kafka"]),
        (("stop grafana", "never mind, people use it"), Intent.DENY, []),
        (("stop grafana", "on reflection, leave it running"), Intent.DENY, []),
        (("scale mailer to 5", "nvm"), Intent.DENY, []),
    ],
)
def test_what_is_told_beside_says_nothing_of_its_own(said: tuple[str, ...], intent: Intent, named: list[str]) -> None:
    got = _last("shop", *said)
    assert (got.intent, _names(got)) == (intent, named)


@pytest.mark.parametrize("told", ["we are not made of money", "the budget is gone", "people complain"])
def test_a_change_beside_a_reason_is_offered_and_not_planned(told: str) -> None:
    got = _last("shop", "scale mailer to 5", f"no, kafka, {told}")
    assert not got.wants_plan
    assert got.offer is not None
    assert _names(got.offer) == ["kafka"]


@pytest.mark.parametrize(
    "held",
    [
        "no, 4, but not before they agree",
        "no, 4, if the boss agrees",
        "kafka as well, once the backup is done",
        "same for kafka, they might need it",
    ],
)
def test_what_holds_a_change_up_is_no_reason_for_it(held: str) -> None:
    got = _last("shop", "scale mailer to 5", held)
    assert not got.would_change
    assert got.offer is None or not got.offer.targets or got.intent is Intent.ACTION_QUESTION


def test_a_name_that_is_left_as_it_is_gets_no_value() -> None:
    got = _last("shop", "scale mailer to 5", "leave mailer be, kafka to 2")
    assert _names(got if got.wants_plan or got.offer is None else got.offer) == ["kafka"]


def test_one_application_instead_of_all_that_fail_is_a_plain_restart() -> None:
    got = _last("shop", "restart everything that is failing", "no, only mailer")
    assert (got.intent, _names(got), got.mode) == (Intent.RESTART_APPLICATION, ["mailer"], Mode.REQUEST)


def test_confused_names_are_a_correction() -> None:
    got = _last("shop", "restart mailer", "no, I have confused it, kafka I mean")
    assert (got.intent, _names(got)) == (Intent.RESTART_APPLICATION, ["kafka"])


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (("is mailer slow", "can it reach redis"), ["mailer", "redis"]),
        (("can mailer reach redis", "so why is it failing"), ["mailer"]),
        (("cpu of ip-10-0-1-17", "and what about ip-10-0-1-18, why is that one high?"), ["ip-10-0-1-18"]),
        (("roll back mailer", "yes", "cool. cpu of kafka now?"), ["kafka"]),
        (("restart mailer", "do it", "how's it looking overall now?"), []),
        (("logs of mailer", "different topic: where in this workspace do I find the dashboards?"), []),
    ],
)
def test_it_means_what_these_words_are_about(said: tuple[str, ...], named: list[str]) -> None:
    assert _names(_last("shop", *said)) == named


@pytest.mark.parametrize(
    ("said", "intent", "place"),
    [
        (("cost of project ml", "which apps there request too much"), Intent.OPTIMIZATION, "ml"),
        (("security of project ml", "and shop?", "back to ml: the same question"), Intent.SECURITY_QUERY, "ml"),
    ],
)
def test_a_place_is_carried_and_gone_back_to(said: tuple[str, ...], intent: Intent, place: str) -> None:
    got = _last("shop", *said)
    assert (got.intent, got.parameters.namespace) == (intent, place)


def test_since_when_asks_the_same_of_what_lasts() -> None:
    got = _last("shop", "pods of mailer", "and since when is it so?")
    assert (got.intent, _names(got)) == (Intent.POD_STATUS, ["mailer"])


@pytest.mark.parametrize("said", ["sorry, v2.4", "no, v2.4 not v2.3"])
def test_another_tag_of_the_image_is_asked_for_whole(said: str) -> None:
    got = _last("shop", "set the image of mailer to hub/mailer:v2.3", said)
    assert (got.intent, got.would_set, _names(got)) == (Intent.CONFIG_UPDATE, False, ["mailer"])


@pytest.mark.parametrize("said", ["apply", "send it", "please execute", "ship it"])
def test_a_yes_by_another_word_changes_nothing_else(said: str) -> None:
    assert _last("shop", "scale mailer to 5", said).intent is Intent.CONFIRM


def test_a_node_that_was_asked_about_is_not_restarted_as_an_application() -> None:
    got = _last("shop", "restart mailer", "wait, who uses cpu on gpu-node-a first", "ok restart it")
    assert not got.would_change


@pytest.mark.parametrize("said", ["could you back up kafka?", "can you back kafka up?"])
def test_backing_up_starts_nothing(said: str) -> None:
    got = _last("shop", said)
    assert not got.would_change
    assert got.offer is None
