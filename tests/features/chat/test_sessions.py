"""Sessions and their history, in the documented shapes, on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hexaops.kit.ids import new_id
from hexaops.storage.tables import ChatMessageRow, OperationRow, WebhookEventRow
from tests.contract.documented import CONTRACT, ENDPOINTS
from tests.contract.matching import matches
from tests.features.applications.world import FOREIGN, ChatWorld
from tests.serving import START

SESSIONS = "/aiops/sessions"
DOCUMENTED = {
    "name": "Troubleshooting Session",
    "description": "Investigating application performance issues",
    "context": {"focus_area": "performance", "applications": ["web-app"], "time_range": "1h"},
    "capabilities": ["read_metrics", "read_logs", "read_applications", "suggest_optimizations"],
}


def shape(method: str, path: str) -> dict[str, Any]:
    name = f"{method} /api/v1/workspaces/:wsId/aiops/sessions{path}"
    return next(endpoint.response for endpoint in ENDPOINTS if endpoint.name == name)


async def opened(world: ChatWorld, **more: Any) -> dict[str, Any]:
    answer = await world.post(SESSIONS, {**DOCUMENTED, **more})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def events(world: ChatWorld) -> list[WebhookEventRow]:
    async with world.access.context.database.reading() as session:
        return [*await session.scalars(select(WebhookEventRow).order_by(WebhookEventRow.id))]


async def test_create_as_documented(stored: ChatWorld) -> None:
    answer = await stored.post(SESSIONS, DOCUMENTED)
    assert matches(shape("POST", ""), answer.json()) == []
    data = answer.json()["data"]
    assert data["user_id"] == "local:olivia"
    assert data["context"]["applications"][0].startswith("app-")
    assert data["context"]["capabilities"] == [
        "read_metrics", "read_logs", "read_applications", "suggest_optimizations",
    ]  # fmt: skip
    assert data["capabilities_refused"] == {}
    (event,) = await events(stored)
    assert (event.name, event.resource_id) == ("aiops.session.created", data["session_id"])


async def test_what_is_no_capability_is_refused_as_what_it_is(stored: ChatWorld) -> None:
    answer = await stored.post(SESSIONS, {"capabilities": ["read_logs", "execute_actions", "no_such"]})
    assert answer.json()["data"]["capabilities_refused"] == {
        "execute_actions": "a permission of the user, which no request narrows", "no_such": "unknown",
    }  # fmt: skip


async def test_create_with_nothing_said(stored: ChatWorld) -> None:
    answer = await stored.post(SESSIONS, {})
    assert matches(shape("POST", ""), answer.json()) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"context": {"applications": ["web-app", "no-such-app"]}}, "context.applications[1]"),
        ({"context": {"applications": [FOREIGN]}}, "context.applications[0]"),
        ({"context": {"time_range": "soon"}}, "context.time_range"),
        ({"context": {"time_range": "90d"}}, "context.time_range"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"capabilities": "all"}, "capabilities"),
        ({"capabilities": ["x"] * 51}, "capabilities"),
    ],
)
async def test_create_refuses(world: ChatWorld, body: dict[str, Any], field: str) -> None:
    answer = await world.post(SESSIONS, body)
    assert answer.status_code == 422
    assert field in answer.json()["error"]["details"]
    assert (await world.get(SESSIONS)).json()["data"] == []


async def test_list_filters_and_pages(stored: ChatWorld) -> None:
    ids = [(await opened(stored))["session_id"] for _ in range(3)]
    await stored.post(f"{SESSIONS}/{ids[0]}/end", {})
    answer = await stored.get(SESSIONS, query={"status": "active", "limit": "1"})
    assert matches(shape("GET", ""), answer.json()) == []
    assert [one["session_id"] for one in answer.json()["data"]] == [ids[2]]
    cursor = answer.json()["pagination"]["next_cursor"]
    rest = await stored.get(SESSIONS, query={"status": "active", "cursor": cursor})
    assert [one["session_id"] for one in rest.json()["data"]] == [ids[1]]
    assert rest.json()["pagination"]["has_more"] is False
    ended = await stored.get(SESSIONS, query={"status": "ended"})
    assert [one["session_id"] for one in ended.json()["data"]] == [ids[0]]
    assert (await stored.get(SESSIONS, query={"status": "asleep"})).status_code == 422


async def test_get_is_the_documented_session_object(stored: ChatWorld) -> None:
    session_id = (await opened(stored))["session_id"]
    data = (await stored.get(f"{SESSIONS}/{session_id}")).json()["data"]
    assert matches(CONTRACT["objects"]["Chat Session Object"], data) == []
    assert data["context"]["workspace"] == {
        "id": stored.workspace_id,
        "name": "Production Workspace",
        "applications": 12,
        "alerts": 2,
    }
    assert data["context"]["user_role"] == "operator"


async def test_get_without_a_cluster_has_reasons(world: ChatWorld) -> None:
    session_id = (await opened(world))["session_id"]
    world.cache.table("Pod").synced = False
    data = (await world.get(f"{SESSIONS}/{session_id}")).json()["data"]
    assert data["context"]["workspace"]["applications"] is None
    assert data["reasons"]["context.workspace.applications"] == "The cluster has not been read yet"


async def test_history_is_paged_towards_the_past(stored: ChatWorld) -> None:
    session_id = (await opened(stored))["session_id"]
    for message in ("status", "are all nodes ready?"):
        stored.clock.advance(60.0)
        await stored.ask(message, session_id=session_id)
    path = f"{SESSIONS}/{session_id}/history"
    newest = await stored.get(path, query={"limit": "3"})
    assert matches(shape("GET", "/:sessionId/history"), newest.json()) == []
    page = newest.json()["data"]
    assert [one["role"] for one in page["messages"]] == ["assistant", "user", "assistant"]
    assert page["pagination"] == {"has_more": True, "next_cursor": page["messages"][0]["id"]}
    oldest = (await stored.get(path, query={"before": page["pagination"]["next_cursor"]})).json()["data"]
    (first,) = oldest["messages"]
    assert matches(CONTRACT["objects"]["Chat Message Object"], {**first, "session_id": session_id}) == []
    assert (first["content"], first["metadata"]["intent"]) == ("status", "status_query")
    assert oldest["pagination"] == {"has_more": False, "next_cursor": None}
    assert oldest["reasons"] == {"pagination.next_cursor": "there are no older messages"}
    assert page["messages"][0]["metadata"]["actions_taken"] == ["status_query"]
    assert len(page["messages"][0]["metadata"]["resources_examined"]) == 12
    assert page["messages"][0]["evidence"]


async def test_history_before_a_message_of_elsewhere_is_refused(stored: ChatWorld) -> None:
    session_id = (await opened(stored))["session_id"]
    elsewhere = (await stored.ask("status"))["message_id"]
    for before in (elsewhere, "msg_nope"):
        answer = await stored.get(f"{SESSIONS}/{session_id}/history", query={"before": before})
        assert answer.status_code == 422
        assert answer.json()["error"]["details"] == {"before": "no message of this session"}


async def action(
    world: ChatWorld,
    session_id: str | None,
    application_id: str,
    status: str = "completed",
    by: str = "local:olivia",
) -> str:
    """A stored action, as one that ran leaves it."""
    row = OperationRow(
        id=new_id("action_"),
        surface="action",
        kind="restart_application",
        workspace_id=world.workspace_id,
        cluster_id="cluster-a",
        resource=new_id("cluster-a/Deployment/production/"),
        resource_id=application_id,
        status=status,
        parameters={},
        plan={},
        plan_id=None,
        description="Restarting application 'database-app'",
        requested_by=by,
        session_id=session_id,
        message_id=None,
        request_id=None,
        prior={},
        result={},
        error_code=None,
        error_message=None,
        rollback_of=None,
        started_at=START,
        updated_at=START,
        completed_at=world.clock.now() + timedelta(seconds=60) if status in {"completed", "failed"} else None,
    )
    async with world.access.context.database.transaction() as session:
        session.add(row)
    return row.id


async def test_end_counts(stored: ChatWorld) -> None:
    session_id = (await opened(stored))["session_id"]
    answer = await stored.ask("status", session_id=session_id)
    suggested = len(answer["response"]["metadata"]["suggestions"])
    ids = {one["name"]: one["id"] for one in answer["attachments"][0]["data"]["applications"]}
    await action(stored, session_id, ids["database-app"])
    await action(stored, session_id, ids["web-app"])
    await action(stored, session_id, ids["cache-service"], "failed")
    named = await action(stored, None, ids["api-service"])
    stored.clock.advance(3600.0)
    body = {"summary": "Restarted the database", "actions_completed": [named]}
    ended = await stored.post(f"{SESSIONS}/{session_id}/end", body)
    assert matches(shape("POST", "/:sessionId/end"), ended.json()) == []
    data = ended.json()["data"]
    assert (data["status"], data["duration"]) == ("ended", "1h")
    assert data["summary"] == {
        "messages_exchanged": 2,
        "actions_executed": 4,
        "issues_resolved": 1,
        "recommendations_given": suggested,
        "text": "Restarted the database",
    }
    assert [event.name for event in await events(stored)] == ["aiops.session.created", "aiops.session.ended"]
    shown = (await stored.get(f"{SESSIONS}/{session_id}")).json()["data"]
    assert (shown["status"], shown["summary"]) == ("ended", data["summary"])


async def test_end_refuses_actions_that_are_not_completed_ones_of_the_workspace(stored: ChatWorld) -> None:
    session_id = (await opened(stored))["session_id"]
    running = await action(stored, session_id, "app-1", "running")
    answer = await stored.post(f"{SESSIONS}/{session_id}/end", {"actions_completed": ["action_789", running]})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"] == {
        "actions_completed[0]": "no action of this workspace",
        "actions_completed[1]": "has not completed: it is executing",
    }
    assert (await stored.get(f"{SESSIONS}/{session_id}")).json()["data"]["status"] == "active"


async def test_an_ended_session_takes_nothing_more(stored: ChatWorld) -> None:
    session_id = (await opened(stored))["session_id"]
    assert (await stored.post(f"{SESSIONS}/{session_id}/end", {})).status_code == 200
    for path, body in (
        (f"{SESSIONS}/{session_id}/end", {}),
        ("/aiops/chat", {"message": "hi", "session_id": session_id}),
    ):
        answer = await stored.post(path, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "SESSION_ENDED")


async def test_another_users_session_is_not_there(stored: ChatWorld) -> None:
    session_id = (await opened(stored))["session_id"]
    bodies = []
    for identity in (session_id, "sess_nope"):
        for suffix in ("", "/history"):
            answer = await stored.get(f"{SESSIONS}/{identity}{suffix}", stored.viewer)
            assert answer.status_code == 404
            bodies.append(answer.json()["error"])
        for path, body in (
            (f"{SESSIONS}/{identity}/end", {}),
            ("/aiops/chat", {"message": "hi", "session_id": identity}),
        ):
            answer = await stored.post(path, body, stored.viewer)
            assert answer.status_code == 404
            bodies.append(answer.json()["error"])
    assert all(body == bodies[0] for body in bodies)
    assert (await stored.get(SESSIONS, stored.viewer)).json()["data"] == []


async def test_a_session_of_one_workspace_is_not_there_in_another(world: ChatWorld) -> None:
    both = await world.access.member("stella", "admin", world.workspace_id)
    session_id = (await world.post(SESSIONS, {}, both)).json()["data"]["session_id"]
    elsewhere = f"/api/v1/workspaces/{world.foreign_id}{SESSIONS}/{session_id}"
    assert (await world.access.client.get(elsewhere, headers=both)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", SESSIONS),
        ("POST", SESSIONS),
        ("GET", f"{SESSIONS}/sess_1"),
        ("GET", f"{SESSIONS}/sess_1/history"),
        ("POST", f"{SESSIONS}/sess_1/end"),
        ("POST", "/aiops/chat"),
    ],
)
async def test_who_may_not(world: ChatWorld, method: str, path: str) -> None:
    body = {"message": "status"} if method == "POST" else None
    anonymous = await world.access.client.request(method, world.path + path, json=body)
    assert anonymous.status_code == 401
    stranger = await world.access.client.request(method, world.path + path, json=body, headers=world.stranger)
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "WORKSPACE_NOT_FOUND")
    async with world.access.context.database.reading() as session:
        assert (await session.scalars(select(ChatMessageRow))).all() == []


async def test_undo_means_the_callers_own_latest_change(stored: ChatWorld) -> None:
    own = await action(stored, None, "app-1")
    others = await action(stored, None, "app-1", by="local:mallory")
    data = await stored.ask("undo the last change")
    [reference] = [one["data"] for one in data["attachments"] if one["type"] == "action_reference"]
    assert reference["action_id"] == own
    stranger = await stored.access.member("sam", "operator", stored.workspace_id)
    data = await stored.ask("undo the last change", stranger)
    [reference] = [one["data"] for one in data["attachments"] if one["type"] == "action_reference"]
    assert reference["action_id"] == others
    assert "You started none" in data["response"]["content"]
