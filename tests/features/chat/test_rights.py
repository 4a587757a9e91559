"""Questions for what somebody may do: told by the role of who asks, and never more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def test_a_viewer_is_told_what_the_role_lacks(world: LivingWorld) -> None:
    viewer = await world.access.member("vera", "viewer", world.workspace_id)
    told = {}
    for question in ("What is my role?", "Am I allowed to restart web-app?", "Who has access to this workspace?"):
        answer = await world.call("POST", "/aiops/chat", {"message": question}, headers=viewer)
        told[question] = answer.json()["data"]["response"]["content"]
        assert answer.json()["data"]["attachments"] == []
    assert "is viewer." in told["What is my role?"]
    assert "You may not change applications by plans that are confirmed" in told["What is my role?"]
    assert told["Am I allowed to restart web-app?"].startswith(
        "No: your role viewer lacks the permission execute_actions; an operator or an admin has it."
    )
    assert "vera: viewer" in told["Who has access to this workspace?"]


async def test_who_may_change_something_is_told_by_roles(world: LivingWorld) -> None:
    await world.access.member("vera", "viewer", world.workspace_id)
    for question, begins in (
        ("Who may stop web-app?", "1 of 2 members may change applications here, by plans that are confirmed:\n- "),
        ("Who is allowed to scale api-service?", "1 of 2 members may change applications here"),
        ("May viewers restart web-app?", "No: the role viewer lacks the permission execute_actions"),
        ("May operators roll back web-app?", "Yes: the role operator may change applications, by plans that are "),
    ):
        data = (await world.call("POST", "/aiops/chat", {"message": question})).json()["data"]
        assert data["response"]["content"].startswith(begins), (question, data["response"]["content"])
        assert [one for one in data["attachments"] if one["type"] == "action_plan"] == [], question
    assert world.writes() == []
