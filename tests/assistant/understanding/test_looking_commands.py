"""kubectl commands that only look, with or without the word kubectl."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding
from hexaops.assistant.understanding.commands import in_words
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

MEDIA = load_worlds()["media"]
UNDERSTOOD = [
    ("get pods", Intent.POD_STATUS, []),
    ("get po -n data", Intent.POD_STATUS, ["data"]),
    ("kubectl get pods mysql -o wide", Intent.POD_STATUS, ["mysql"]),
    ("get deploy -n prod-eu", Intent.LIST_RESOURCES, ["prod-eu"]),
    ("k get sts -A", Intent.LIST_RESOURCES, []),
    ("get svc -n media", Intent.LIST_RESOURCES, ["media"]),
    ("get ing", Intent.LIST_RESOURCES, []),
    ("get nodes", Intent.NODE_STATUS, []),
    ("get events -n data", Intent.EVENT_QUERY, ["data"]),
    ("top pod transcoder", Intent.USAGE_QUERY, ["transcoder"]),
    ("kubectl top nodes", Intent.USAGE_QUERY, []),
    ("top node edge-fra-3", Intent.USAGE_QUERY, ["edge-fra-3"]),
    ("top pods -n media", Intent.USAGE_QUERY, ["media"]),
]
KEPT = (
    "get pods of transcoder restarted now",
    "get the billing people to look at it",
    "get secret -n media",
    "top",
    "get pods --dry-run=client",
    "get deploy transcoder",
    "top 5 by cpu",
)


def _last(*said: str) -> Understanding:
    talk = Conversation(MEDIA)
    return [talk.say(message) for message in said][-1]


def _names(got: Understanding) -> list[str]:
    return [target.entity.name for target in got.targets] or [p for p in (got.parameters.namespace,) if p]


@pytest.mark.parametrize(("command", "intent", "names"), UNDERSTOOD)
def test_a_command_is_understood(command: str, intent: Intent, names: list[str]) -> None:
    got = _last(command)
    assert (got.intent, _names(got)) == (intent, names)


@pytest.mark.parametrize("text", KEPT)
def test_everything_else_stays(text: str) -> None:
    assert in_words(text) == text


def test_the_next_command_carries_on() -> None:
    got = _last("get pods -n media", "-n data")
    assert (got.intent, _names(got)) == (Intent.POD_STATUS, ["data"])
    got = _last("get deploy -A", "svc too")
    assert got.intent is Intent.LIST_RESOURCES
    got = _last("set LOG_LEVEL=debug on notifier", "get pods for it")
    assert (got.intent, _names(got)) == (Intent.POD_STATUS, ["notifier"])
