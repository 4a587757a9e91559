"""A change that is not plainly asked for is named, and planned after a yes; plans that are added stay beside others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.applications.world import ChatWorld
from tests.features.chat.proposing import WrittenProposer, use


@pytest.fixture
def proposer(world: ChatWorld) -> WrittenProposer:
    return use(world, WrittenProposer())


def _content(data: dict[str, Any]) -> str:
    return str(data["response"]["content"])


def _plans(data: dict[str, Any]) -> list[str]:
    return [one["data"]["action"] for one in data["attachments"] if one["type"] == "action_plan"]


async def test_it_is_named_then_planned_after_a_yes(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("can web-app run with 5 replicas")
    assert "Shall I scale web-app to 5 replicas?" in _content(data)
    assert _plans(data) == []
    assert proposer.asked == []
    agreed = await world.ask("yes", session_id=data["session_id"])
    assert _plans(agreed) == ["scale_application"]
    assert [one["parameters"] for one in proposer.asked] == [{"replicas": 5}]


async def test_a_no_drops_it(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("I think web-app should be restarted")
    assert "Shall I restart web-app?" in _content(data)
    dropped = await world.ask("no", session_id=data["session_id"])
    assert "Nothing has been changed." in _content(dropped)
    await world.ask("yes", session_id=data["session_id"])
    assert proposer.asked == []


async def test_another_topic_ends_it(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("I think web-app should be restarted")
    await world.ask("are all nodes ready?", session_id=data["session_id"])
    after = await world.ask("yes", session_id=data["session_id"])
    assert _plans(after) == []
    assert proposer.asked == []
