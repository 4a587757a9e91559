"""Yes, no and mere reactions in other words than "yes" and "no", after every kind of change."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

SHOP = load_worlds()["shop"]
CHANGES = [
    "scale mailer to 4",
    "set LOG_LEVEL=warn on redis",
    "roll back mailer",
    "delete mailer",
    "back up redis",
]
YES = [
    "lgtm, ship it", "run it", "ok, carry it out", "please apply the plan", "that looks right, apply it", "go 4 it",
    "good, carry on", "works for me", "yes, make it so", "happy with that, go ahead", "do so", "fire away",
]  # fmt: skip
NO = [
    "please don't", "on second thoughts, please do not", "better not", "hold off", "ugh, cancel", "omg no, abort",
    "cancel the plan", "not needed any more", "rather not", "do not do that", "never mind that, not needed",
]  # fmt: skip
REACTIONS = [
    "fair enough", "finally!", "interesting", "oh, makes sense", "nice one", "that's what I thought, thanks", "noted",
    "hm ok, good to know", "that'll be all", "thank you, that is all I needed", "worth a shot, thanks", "excellent",
]  # fmt: skip


def _last(*said: str) -> Understanding:
    talk = Conversation(SHOP)
    return [talk.say(message) for message in said][-1]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("yes", YES)
def test_yes_in_other_words(change: str, yes: str) -> None:
    assert _last(change, yes).intent is Intent.CONFIRM


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("no", NO)
def test_no_in_other_words(change: str, no: str) -> None:
    assert _last(change, no).intent is Intent.DENY


@pytest.mark.parametrize("before", ["show the logs of mailer", *CHANGES[:2]])
@pytest.mark.parametrize("said", REACTIONS)
def test_a_reaction_asks_for_nothing(before: str, said: str) -> None:
    got = _last(before, said)
    assert got.intent in (Intent.THANKS, Intent.GREETING, Intent.CONFIRM)
    assert not got.is_planned


@pytest.mark.parametrize("said", ["nice one more", "interesting, restart it", "finally stop it", "good, 5 then"])
def test_what_says_more_is_no_reaction(said: str) -> None:
    assert _last("scale mailer to 4", said).intent is not Intent.THANKS


@pytest.mark.parametrize("said", ["run it", "carry it out", "push it"])
def test_nothing_is_agreed_to_where_no_change_was_spoken_of(said: str) -> None:
    assert _last("show the logs of mailer", said).intent is not Intent.CONFIRM


def test_what_runs_already_is_cancelled() -> None:
    assert _last("scale mailer to 4", "do it", "no, abort").intent is Intent.CANCEL_ACTION


def test_4_before_a_name_is_for() -> None:
    got = _last("scale mailer to 7", "same 4 redis")
    assert ([target.entity.name for target in got.targets], got.parameters.replicas) == (["redis"], 7)


def test_4_before_what_is_counted_stays_a_number() -> None:
    assert _last("scale mailer to 7", "same, 4 replicas").parameters.replicas == 4
