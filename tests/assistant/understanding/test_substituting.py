"""Corrections in the editor's notation."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

SHOP = load_worlds()["shop"]


def _last(*said: str) -> Understanding:
    talk = Conversation(SHOP)
    return [talk.say(message) for message in said][-1]


def _names(got: Understanding) -> list[str]:
    return [target.entity.name for target in got.targets]


@pytest.mark.parametrize("form", ["s/{}/{}/", "s/{}/{}", "s/{}/{}/g"])
def test_a_name_is_replaced(form: str) -> None:
    got = _last("restart mailer", form.format("mailer", "kafka"))
    assert (got.intent, _names(got), got.would_change) == (Intent.RESTART_APPLICATION, ["kafka"], True)
    got = _last("logs of mailer", form.format("mailer", "kafka"))
    assert (got.intent, _names(got)) == (Intent.LOG_QUERY, ["kafka"])


@pytest.mark.parametrize(("first", "replicas", "delta"), [("scale redis to 2", 6, None), ("2 more redis", None, 6)])
def test_a_number_is_replaced_in_its_role(first: str, replicas: int | None, delta: int | None) -> None:
    got = _last(first, "s/2/6/")
    assert (got.intent, _names(got)) == (Intent.SCALE_APPLICATION, ["redis"])
    assert (got.parameters.replicas, got.parameters.replicas_delta) == (replicas, delta)


def test_a_value_or_its_variable_is_replaced() -> None:
    got = _last("set CACHE_SIZE=64 on redis", "s/64/128/", "s/CACHE_SIZE/CACHE_BYTES/")
    assert got.slots is not None
    assert got.slots.env == (("CACHE_BYTES", "128"),)
    assert got.would_set


def test_a_tag_is_replaced_in_its_image() -> None:
    got = _last("set the image of mailer to shop/mailer:1.4", "s/1.4/1.5")
    assert got.slots is not None
    assert got.slots.image == "shop/mailer:1.5"


@pytest.mark.parametrize(
    ("first", "form"),
    [
        ("scale redis to 2", "s/5/6/"),
        ("scale redis to 2", "s/kafka/mailer/"),
        ("restart mailer", "s/mailer/nosuchthing/"),
        ("set MIN=5 and MAX=5 on redis", "s/5/6/"),
        ("don't restart mailer", "s/mailer/kafka/"),
        ("should I restart mailer?", "s/mailer/kafka/"),
        ("thanks", "s/mailer/kafka/"),
    ],
)
def test_what_does_not_stand_there_once_is_not_replaced(first: str, form: str) -> None:
    assert not _last(first, form).is_planned
