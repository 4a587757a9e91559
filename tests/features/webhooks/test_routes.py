"""The webhook routes over HTTP: who may call them, what they answer, what they refuse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hexaops.features.audit.reader import AuditReader
from tests.backends.notify.receiver import Answer, serve_receiver
from tests.pages import page as first_page
from tests.serving import AccessWorld, access_world

ALLOWED = {"webhook_allowed_networks": ["127.0.0.0/8"], "webhook_allow_http": True}


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """The app, allowed to send to receivers on loopback."""
    async with access_world(database_url, tmp_path, ALLOWED) as world:
        yield world


async def test_the_life_of_a_subscription(served: AccessWorld) -> None:
    admin = await served.member("ada", "admin")
    base = f"/api/v1/workspaces/{served.workspace_id}/aiops/webhooks"
    async with serve_receiver(Answer(200)) as receiver:
        made = await served.client.post(base, json={"url": receiver.url}, headers=admin)
        assert made.status_code == 201, made.text
        created = made.json()["data"]
        assert created["events"] == ["*"]
        one = f"{base}/{created['id']}"
        tested = await served.client.post(f"{one}/test", headers=admin)
        assert tested.json()["data"]["status"] == "delivered"
    shown = (await served.client.get(one, headers=admin)).json()["data"]
    assert "secret" not in shown
    listed = (await served.client.get(base, headers=admin)).json()["data"]["webhooks"]
    assert listed == [shown]
    for path in (f"{base}/deliveries", f"{one}/deliveries"):
        page = (await served.client.get(path, headers=admin, params={"status": "delivered"})).json()["data"]
        assert [delivery["event"] for delivery in page["deliveries"]] == ["hexaops.webhook.test"]
        assert page["pagination"] == {"has_more": False, "next_cursor": None}
    delivery = page["deliveries"][0]["id"]
    found = (await served.client.get(f"{base}/deliveries/{delivery}", headers=admin)).json()["data"]
    assert [attempt["outcome"] for attempt in found["history"]] == ["delivered"]
    changed = await served.client.patch(one, json={"enabled": False}, headers=admin)
    assert changed.json()["data"]["disabled_reason"] == "by_user"
    rotated = await served.client.post(f"{one}/rotate-secret", headers=admin)
    assert rotated.json()["data"]["secret"] != created["secret"]
    assert rotated.json()["data"]["old_secret_valid_until"] == "2024-01-21T15:30:00Z"
    assert (await served.client.delete(one, headers=admin)).status_code == 204
    gone = await served.client.get(one, headers=admin)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "WEBHOOK_NOT_FOUND")
    events, _ = await served.get(AuditReader).list_events(first_page())
    done = [event.action for event in events if event.action.startswith("webhook.")]
    assert done == ["webhook.deleted", "webhook.secret_rotated", "webhook.updated", "webhook.created"]


async def test_only_those_who_manage_webhooks_see_them(served: AccessWorld) -> None:
    base = f"/api/v1/workspaces/{served.workspace_id}/aiops/webhooks"
    operator = await served.member("olga", "operator")
    refused = await served.client.get(base, headers=operator)
    assert refused.status_code == 403
    assert refused.json()["error"]["details"]["required_permission"] == "manage_webhooks"
    assert (await served.client.get(base)).status_code == 401
    assert (await served.client.get(base, headers=served.token("eve"))).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"url": "http://nobody.invalid/"}, "url"),
        ({"url": 7}, "url"),
        ({}, "url"),
        ({"url": "http://127.0.0.1:9/", "events": ["aiops.nothing"]}, "events[0]"),
        ({"url": "http://127.0.0.1:9/", "description": "x" * 600}, "description"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_written(
    served: AccessWorld, body: dict[str, object], field: str
) -> None:
    admin = await served.member("ada", "admin")
    base = f"/api/v1/workspaces/{served.workspace_id}/aiops/webhooks"
    refused = await served.client.post(base, json=body, headers=admin)
    assert refused.status_code == 422, refused.text
    error = refused.json()["error"]
    assert (error["code"], list(error["details"])) == ("VALIDATION_FAILED", [field])
    assert (await served.client.get(base, headers=admin)).json()["data"]["webhooks"] == []


@pytest.mark.parametrize("field", ["url", "events", "description", "enabled"])
async def test_null_changes_nothing_of_a_subscription_and_is_refused(served: AccessWorld, field: str) -> None:
    admin = await served.member("ada", "admin")
    base = f"/api/v1/workspaces/{served.workspace_id}/aiops/webhooks"
    given = {"url": "http://127.0.0.1:8009/", "events": ["aiops.action.failed"]}
    made = (await served.client.post(base, json=given, headers=admin)).json()["data"]
    refused = await served.client.patch(f"{base}/{made['id']}", json={field: None}, headers=admin)
    assert (refused.status_code, list(refused.json()["error"]["details"])) == (422, [field])
    kept = (await served.client.patch(f"{base}/{made['id']}", json={"description": "x"}, headers=admin)).json()["data"]
    assert (kept["url"], kept["events"], kept["enabled"]) == (given["url"], given["events"], True)
