"""The documents' own conversation on the simulated cluster: answers equal what the cluster says at that moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.living import LivingWorld, living_world

SYSTEM = {"kube-system", "kube-public", "kube-node-lease"}


@pytest.fixture
async def living(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The service on a cluster that lives."""
    async with living_world(sqlite_url, tmp_path) as world:
        yield world


async def ask(world: LivingWorld, message: str, session_id: str | None = None) -> dict[str, Any]:
    body = {"message": message, **({"session_id": session_id} if session_id else {})}
    answer = await world.call("POST", "/aiops/chat", body)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def in_cluster(world: LivingWorld) -> dict[str, str]:
    """Name → ready/wanted of every application, read from the cluster itself."""
    found: dict[str, str] = {}
    for kind, ready, wanted in (
        ("deployments.apps", "readyReplicas", "replicas"),
        ("statefulsets.apps", "readyReplicas", "replicas"),
        ("daemonsets.apps", "numberReady", "desiredNumberScheduled"),
    ):
        for one in world.cluster.store.list(kind):
            if one["metadata"]["namespace"] not in SYSTEM:
                desired = one["spec"].get(wanted, one["status"].get(wanted, 0))
                found[one["metadata"]["name"]] = f"{one['status'].get(ready, 0)}/{desired}"
    return found


def answered(data: dict[str, Any]) -> dict[str, str]:
    """Name → ready/wanted as the answer's table has it."""
    return {one["name"]: one["replicas"] for one in data["attachments"][0]["data"]["applications"]}


async def test_the_documents_conversation(living: LivingWorld) -> None:
    first = await ask(living, "Show me the current status of all applications in this workspace")
    content = first["response"]["content"]
    assert answered(first) == in_cluster(living)
    assert "I can see you have 12 applications running in your Production Workspace." in content
    assert "**Healthy Applications (10):**" in content
    assert "- database-app: 2/3 replicas running ⚠️ (1 pod failing)" in content
    assert "- cache-service: 1/2 replicas running ⚠️ (1 pod pending)" in content
    session_id = first["session_id"]

    planned = await ask(living, "Restart the failing pods", session_id)
    (plan,) = [one["data"] for one in planned["attachments"] if one["type"] == "action_plan"]
    assert plan["target"]["name"] == "database-app"
    assert living.writes() == [], "chat changed something"
    await ask(living, "yes, do it", session_id)
    assert living.writes() == [], "chat changed something"

    started = await living.call("POST", "/aiops/actions", plan["confirm"]["body"])
    assert started.status_code == 200, started.text
    action = await living.ended(started.json()["data"]["action_id"])
    assert action["status"] == "completed", action
    later = await ask(living, "How is the restart going?", session_id)
    assert "**completed**" in later["response"]["content"]
    healed = await ask(living, "how is database-app doing?", session_id)
    assert answered(healed) == {"database-app": "3/3"}

    ended = await living.call("POST", f"/aiops/sessions/{session_id}/end", {"actions_completed": [action["action_id"]]})
    summary = ended.json()["data"]["summary"]
    assert (summary["messages_exchanged"], summary["actions_executed"], summary["issues_resolved"]) == (10, 1, 1)


async def test_the_next_answer_follows_the_cluster(living: LivingWorld) -> None:
    assert answered(await ask(living, "status"))["web-app"] == "3/3"
    living.change("web-app", replicas=5)
    await living.settled(lambda cache: cache.get("Deployment", "frontend", "web-app").ready == 5)
    data = await ask(living, "status")
    assert answered(data)["web-app"] == "5/5"
    assert answered(data) == in_cluster(living)
