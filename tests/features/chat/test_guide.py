"""The chat without a workspace: sessions of one's own, answers from articles, quick actions that work for who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.features.applications.world import ChatWorld, chat_world
from tests.serving import Headers

HOW = "How do I set up a new workspace for my team?"


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


async def ask(world: ChatWorld, headers: Headers, message: str = HOW, **more: Any) -> httpx2.Response:
    return await world.access.client.post("/api/v1/ai/chat", json={"message": message, **more}, headers=headers)


async def act(world: ChatWorld, headers: Headers, action: str, **parameters: Any) -> httpx2.Response:
    body = {"action": action, "parameters": parameters}
    return await world.access.client.post("/api/v1/ai/actions", json=body, headers=headers)


def labels(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["action"] for one in answer.json()["data"]["quick_actions"]]


async def test_a_how_to_question_is_answered_by_its_article(world: ChatWorld) -> None:
    answer = (await ask(world, await world.access.member("ann", "viewer"))).json()["data"]
    assert answer["response"]["type"] == "markdown"
    assert answer["response"]["content"].startswith("# Create a workspace")
    assert answer["response"]["metadata"]["intent"] == "workspace_creation_guide"
    assert answer["response"]["metadata"]["next_steps"] == [
        "gather_requirements",
        "create_workspace",
        "configure_access",
    ]


async def test_what_no_article_answers_is_not_made_up(world: ChatWorld) -> None:
    answer = (await ask(world, await world.access.member("ann", "viewer"), "Who won the cup in 1998?")).json()["data"]
    assert answer["response"]["metadata"] == {"intent": "no_article", "next_steps": []}
    assert answer["response"]["content"].startswith("I have no article that answers this.")
    assert answer["quick_actions"] == []


async def test_a_session_is_carried_on_by_its_owner_only(world: ChatWorld) -> None:
    ann, ben = await world.access.member("ann", "viewer"), await world.access.member("ben", "admin")
    session_id = (await ask(world, ann)).json()["data"]["session_id"]
    assert (await ask(world, ann, session_id=session_id)).json()["data"]["session_id"] == session_id
    for headers, named in ((ben, session_id), (ann, "sess_none")):
        refused = await ask(world, headers, session_id=named)
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "SESSION_NOT_FOUND")


async def test_a_session_of_the_guide_is_in_no_workspace(world: ChatWorld) -> None:
    ann = await world.access.member("ann", "viewer", world.workspace_id)
    session_id = (await ask(world, ann)).json()["data"]["session_id"]
    path = f"/api/v1/workspaces/{world.workspace_id}/aiops/sessions"
    listed = await world.access.client.get(path, headers=ann)
    assert listed.json()["data"] == []
    assert (await world.access.client.get(f"{path}/{session_id}", headers=ann)).status_code == 404


async def test_an_empty_message_is_refused(world: ChatWorld) -> None:
    refused = await ask(world, await world.access.member("ann", "viewer"), "  ")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "INVALID_CHAT_MESSAGE")


async def test_creating_a_workspace_is_offered_to_whoever_may(world: ChatWorld) -> None:
    default = world.access.workspace_id
    assert labels(await ask(world, await world.access.member("ann", "operator", default))) == ["show_plans"]
    admin = await world.access.member("ada", "admin", default)
    assert labels(await ask(world, admin)) == ["create_workspace", "show_plans"]


async def test_the_quick_action_creates_a_workspace(world: ChatWorld) -> None:
    admin = await world.access.member("ada", "admin", world.access.workspace_id)
    named = {"name": "Shop", "namespaces": ["shop"], "expect_missing": True}
    made = await act(world, admin, "create_workspace", **named)
    assert made.status_code == 200, made.text
    created = made.json()["data"]["result"]
    mine = (await act(world, admin, "list_workspaces")).json()["data"]["result"]["workspaces"]
    assert {"id": created["id"], "name": "Shop", "role": "admin"}.items() <= mine[-1].items()
    assert created["policy"]["single_call_risk"] == "low"
    path = f"/internal/v1/workspaces/{created['id']}/members"
    members = await world.access.client.get(path, headers=world.access.administrator)
    assert [one["user_id"] for one in members.json()["data"]] == ["local:ada"]


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_others_may_not_create_a_workspace(world: ChatWorld, role: Any) -> None:
    member = await world.access.member("ann", role, world.access.workspace_id)
    refused = await act(world, member, "create_workspace", name="Shop", namespaces=["shop"], expect_missing=True)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "INSUFFICIENT_AI_PERMISSIONS")


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"name": "Shop"}, "parameters.namespaces"),
        ({"namespaces": ["shop"]}, "parameters.name"),
        ({"name": "Shop", "namespaces": ["No Such"]}, "parameters.namespaces[0]"),
        ({"name": "Shop", "namespaces": ["shop"], "admin": "local:eve"}, "parameters.admin"),
        ({"name": "Shop", "namespaces": ["shop"], "policy": {"single_call_risk": "high"}}, "parameters.policy"),
    ],
)
async def test_missing_parameters_are_named(world: ChatWorld, parameters: dict[str, Any], field: str) -> None:
    admin = await world.access.member("ada", "admin", world.access.workspace_id)
    refused = await act(world, admin, "create_workspace", **parameters)
    assert (refused.status_code, list(refused.json()["error"]["details"])) == (422, [field])


async def test_plans_are_shown_and_unknown_actions_refused(world: ChatWorld) -> None:
    ann = world.access.token("ann")
    shown = (await act(world, ann, "show_plans")).json()["data"]
    assert shown["content"].startswith("# Workspace plans")
    refused = await act(world, ann, "drop_database")
    assert (refused.status_code, list(refused.json()["error"]["details"])) == (422, ["action"])
