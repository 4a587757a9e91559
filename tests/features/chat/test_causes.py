"""Why something fails, on the documents' own world: the true cause, its evidence, and a plan where one may mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from simulator.server.access import Rule
from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def _ask(world: LivingWorld, message: str, **more: Any) -> tuple[str, dict[str, Any]]:
    headers = more.pop("headers", None)
    answer = await world.call("POST", "/aiops/chat", {"message": message, **more}, headers=headers)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data["response"]["content"], data


def _plans(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["data"] for one in data["attachments"] if one["type"] == "action_plan"]


async def test_why_an_application_fails_comes_with_the_plan_that_may_mend_it(world: LivingWorld) -> None:
    content, data = await _ask(world, "why is database-app failing?")
    first = content.splitlines()[0]
    assert first.startswith("**database-app** (2/3 replicas running, degraded): the program ends with an error")
    assert "could not locate a valid checkpoint record" in first
    assert "CrashLoopBackOff, last ended with exit code 1" in content
    assert data["response"]["metadata"]["intent_fulfilled"] is True
    (plan,) = _plans(data)
    assert (plan["action"], plan["offered"]) == ("restart_failing_pods", True)
    assert "Nothing has been changed." in content
    assert world.writes() == []
    content, data = await _ask(world, "yes, do it", session_id=data["session_id"])
    assert plan["plan_id"] in str(data["attachments"])
    confirmed = await world.call("POST", "/aiops/actions", plan["confirm"]["body"])
    assert (await world.ended(confirmed.json()["data"]["action_id"]))["status"] == "completed"
    content, data = await _ask(world, "why is database-app failing?")
    assert content.startswith("I find nothing wrong with **database-app** (3/3 replicas running, healthy).")
    assert data["response"]["metadata"]["intent_fulfilled"] is True


async def test_why_an_application_waits_is_told_without_a_made_up_plan(world: LivingWorld) -> None:
    content, data = await _ask(world, "why is cache-service pending?")
    first = content.splitlines()[0]
    assert first.startswith("**cache-service** (1/2 replicas running, degraded): insufficient memory")
    assert "it requests 12Gi memory" in first
    assert "What would help: Request less memory, or add a node with enough of it." in content
    assert _plans(data) == []
    assert data["response"]["metadata"]["intent_fulfilled"] is True


@pytest.mark.parametrize("message", ["what is the root cause?", "My application is failing, help me debug"])
async def test_what_is_wrong_at_all(world: LivingWorld, message: str) -> None:
    content, data = await _ask(world, message)
    assert "Deployment data/database-app" in content
    assert "could not locate a valid checkpoint record" in content
    assert data["response"]["metadata"]["intent_fulfilled"] is True


async def test_a_viewer_gets_the_cause_and_no_plan(world: LivingWorld) -> None:
    viewer = await world.access.member("vera", "viewer", world.workspace_id)
    content, data = await _ask(world, "why is database-app failing?", headers=viewer)
    assert "could not locate a valid checkpoint record" in content
    assert "What may help: 2 of its pods are well" in content
    assert _plans(data) == []
    assert "restart_failing_pods" not in str(data["response"]["metadata"]["suggestions"])


async def test_a_change_that_is_refused_leaves_the_question_answered(world: LivingWorld) -> None:
    world.take_rights_away()
    content, data = await _ask(world, "why is database-app failing?")
    assert "That change cannot be planned now:" in content
    assert _plans(data) == []
    assert data["response"]["metadata"]["intent_fulfilled"] is True


async def test_what_cannot_be_listed_is_said(world: LivingWorld) -> None:
    world.rules["test:reader"] = [
        Rule(("get", "list", "watch"), ("pods", "pods/log", "replicasets", "deployments", "nodes", "events"))
    ]
    content, data = await _ask(world, "why is cache-service pending?")
    assert "insufficient memory" in content
    assert "Not looked at: " in content
    assert data["response"]["metadata"]["intent_fulfilled"] is True


async def test_without_pods_the_cause_cannot_be_told(world: LivingWorld) -> None:
    world.rules["test:reader"] = [Rule(("get", "list", "watch"), ("deployments",))]
    content, data = await _ask(world, "why is database-app failing?")
    assert content.startswith("I can't tell the cause: Pods cannot be read:")
    assert data["response"]["metadata"]["intent_fulfilled"] is False
