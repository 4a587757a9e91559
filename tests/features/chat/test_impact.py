"""What would happen, who did it last, how fast it answers: from what is known, and said where it is not."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hexaops.assistant.answers.attachments import ActionPlan
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.understanding import Intent, Understanding
from hexaops.features.chat.turn import Memory, remembered
from tests.features.applications.world import ChatWorld


def _content(data: dict[str, Any]) -> str:
    return str(data["response"]["content"])


@pytest.mark.parametrize("message", ["what would happen if worker-node-1 dies?", "what if we lose worker-node-1"])
async def test_a_failing_node_is_told_by_what_runs_there(world: ChatWorld, message: str) -> None:
    content = _content(await world.ask(message))
    assert "If worker-node-1 fails, 12 pods of 12 applications stop:" in content
    assert "- web-app: 1 of 3 ready pods run there, 2 would be left" in content
    assert "- worker-app: 1 of 1 ready pods run there, **none is left: it is down**" in content


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("what happens if I restart web-app?", "Its 3 pods are replaced in turn: 3 or more of 3 stay ready"),
        ("what happens if I stop web-app?", "Stopping it removes all 3 pods"),
        ("what happens if a pod of web-app dies", "If a pod dies, 2 of 3 go on serving"),
        ("what happens if a pod of worker-app dies", "If its only ready pod dies, it is down"),
    ],
)
async def test_a_change_is_told_by_the_replicas(world: ChatWorld, message: str, words: str) -> None:
    data = await world.ask(message)
    assert words in _content(data)
    assert data["attachments"] == []


async def test_who_did_it_last_looks_at_all_that_is_kept(world: ChatWorld) -> None:
    content = _content(await world.ask("who restarted web-app last?"))
    assert "Nobody has asked for a restart of web-app here." in content
    assert "last 1h" not in content


async def test_slowness_says_first_whether_it_is_measured(world: ChatWorld) -> None:
    content = _content(await world.ask("is web-app slow?"))
    assert content.startswith("How fast **web-app** answers is not measured here")
    assert "- web-app: CPU: 35%" in content


async def test_which_of_them_fail_lists_only_those(world: ChatWorld) -> None:
    data = await world.ask("what is the status of web-app and database-app")
    content = _content(await world.ask("which of them are failing", session_id=data["session_id"]))
    assert "database-app" in content
    assert "web-app" not in content
    assert "Production Workspace" not in content


async def test_an_unknown_name_is_named(world: ChatWorld) -> None:
    assert "I know nothing called “checkout” in this workspace." in _content(await world.ask("my checkout is slow"))


def test_what_is_added_stands_beside_the_plan_before() -> None:
    draft = Draft()
    draft.attach(ActionPlan(data={"plan_id": "plan-2"}))
    memory = Memory(plans=("plan-1",))
    added = Understanding(Intent.RESTART_APPLICATION, 0.9, adds=True)
    assert remembered(memory, "restart cart too", added, draft).plans == ("plan-1", "plan-2")
    assert remembered(memory, "restart cart", replace(added, adds=False), draft).plans == ("plan-2",)


@pytest.mark.parametrize(
    "message", ["what runs on worker-node-1?", "list the pods on worker-node-1", "which apps run on worker-node-1"]
)
async def test_what_runs_on_a_node_are_its_pods(world: ChatWorld, message: str) -> None:
    data = await world.ask(message)
    assert "12 pods on worker-node-1 are ready" in _content(data).splitlines()[0]
    (pods,) = [one["data"]["pods"] for one in data["attachments"] if one["type"] == "pod_table"]
    assert [pod["node"] for pod in pods] == ["worker-node-1"] * 12
