"""A workspace's own channels over HTTP: who may manage them, what is refused, and that notices reach them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hexaops.features.audit.reader import AuditReader
from hexaops.features.notifications.channels import Notice
from hexaops.features.notifications.sending import Notifications
from hexaops.storage.tables import NotificationChannelRow
from tests.backends.notify.receiver import Answer, serve_receiver
from tests.features.notifications.mailbox import serve_mailbox
from tests.living import living_world
from tests.pages import page as first_page
from tests.serving import AccessWorld, Headers, access_world

ALLOWED = {
    "webhook_allowed_networks": ["127.0.0.0/8"], "webhook_allow_http": True,
    "notification_channels": {"pager": "https://pager.example.com/secret"}, "escalation_channels": ["pager"],
    "notification_email_domains": ["example.com"],
}  # fmt: skip
GOOD = {"name": "slack:#ops", "kind": "slack", "target": "http://127.0.0.1:65009/hook"}


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """The app, allowed to send to receivers on loopback."""
    async with access_world(sqlite_url, tmp_path, ALLOWED) as world:
        yield world


@pytest.fixture
async def on_both(database_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """The same on each database."""
    async with access_world(database_url, tmp_path, ALLOWED) as world:
        yield world


def base(world: AccessWorld, workspace_id: str | None = None) -> str:
    return f"/api/v1/workspaces/{workspace_id or world.workspace_id}/aiops/notification-channels"


async def made(world: AccessWorld, body: dict[str, Any], headers: Headers) -> dict[str, Any]:
    answer = await world.client.post(base(world), json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()["data"]
    return created


async def test_the_life_of_a_channel(on_both: AccessWorld) -> None:
    served = on_both
    admin = await served.member("ada", "admin")
    async with serve_receiver(Answer(200)) as receiver:
        target = f"{receiver.url}?token=hidden"
        created = await made(served, {**GOOD, "target": target}, admin)
        one = f"{base(served)}/{created['id']}"
        tested = await served.client.post(f"{one}/test", headers=admin)
        assert (tested.json()["data"]["delivered"], tested.json()["data"]["error"]) == (True, None)
        assert "Test message" in msgspec.json.decode(receiver.requests[0].body)["text"]
        receiver.answer = Answer(404)
        tested = await served.client.post(f"{one}/test", headers=admin)
        assert tested.json()["data"]["error"] == "the receiver answered 404"
    listed = await served.client.get(base(served), headers=admin)
    assert listed.json()["data"]["channels"] == [created]
    assert listed.json()["data"]["configured"] == [{"name": "pager", "kind": "webhook", "on_escalation": True}]
    assert (await served.client.get(one, headers=admin)).json()["data"] == created
    changed = (await served.client.patch(one, json={"on_escalation": True}, headers=admin)).json()["data"]
    assert (changed["on_escalation"], changed["target_host"]) == (True, "127.0.0.1")
    moved = {"target": "http://127.0.0.2:65009/moved"}
    changed = (await served.client.patch(one, json=moved, headers=admin)).json()["data"]
    assert (changed["on_escalation"], changed["target_host"]) == (True, "127.0.0.2")
    async with served.context.database.reading() as session:
        row = await session.get_one(NotificationChannelRow, created["id"])
    assert "127" not in row.sealed_target
    assert (await served.client.delete(one, headers=admin)).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        gone = await served.client.request(method, one, json={} if method == "PATCH" else None, headers=admin)
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "NOTIFICATION_CHANNEL_NOT_FOUND")
    events, _ = await served.get(AuditReader).list_events(first_page())
    own = [event for event in events if event.action.startswith("notification_channel.")]
    assert [event.action.partition(".")[2] for event in own] == [
        "deleted", "updated", "updated", "tested", "tested", "created",
    ]  # fmt: skip
    assert "hidden" not in listed.text + str([event.details for event in own])


async def test_only_those_who_manage_webhooks_see_them(served: AccessWorld) -> None:
    created = await made(served, GOOD, await served.member("ada", "admin"))
    operator = await served.member("olga", "operator")
    refused = await served.client.get(base(served), headers=operator)
    assert (refused.status_code, refused.json()["error"]["details"]["required_permission"]) == (403, "manage_webhooks")
    assert (await served.client.get(base(served))).status_code == 401
    other = await served.workspace("Other", "other")
    stranger = await served.member("eve", "admin", other)
    assert (await served.client.get(f"{base(served, other)}/{created['id']}", headers=stranger)).status_code == 404
    assert (await served.client.get(base(served, other), headers=stranger)).json()["data"]["channels"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": "http://169.254.169.254/latest"}, "target"),
        ({"target": "http://10.0.0.1/hook"}, "target"),
        ({"target": "file:///etc/passwd"}, "target"),
        ({"target": ""}, "target"),
        ({"kind": "email", "target": "on-call@example.com"}, "target"),  # there is no mail server
        ({"kind": "email", "target": "on-call@elsewhere.org"}, "target"),
        ({"kind": "email", "target": "a@example.com,b@example.com"}, "target"),
        ({"kind": "pigeon"}, "kind"),
        ({"name": "two\nlines"}, "name"),
        ({"on_escalation": "perhaps"}, "on_escalation"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_written(
    served: AccessWorld, change: dict[str, object], field: str
) -> None:
    admin = await served.member("ada", "admin")
    refused = await served.client.post(base(served), json={**GOOD, **change}, headers=admin)
    assert refused.status_code == 422, refused.text
    error = refused.json()["error"]
    assert (error["code"], list(error["details"])) == ("VALIDATION_FAILED", [field])
    assert (await served.client.get(base(served), headers=admin)).json()["data"]["channels"] == []


async def test_a_changed_target_is_checked_as_well(served: AccessWorld) -> None:
    admin = await served.member("ada", "admin")
    created = await made(served, GOOD, admin)
    refused = await served.client.patch(
        f"{base(served)}/{created['id']}", json={"target": "http://169.254.169.254/"}, headers=admin
    )
    assert (refused.status_code, list(refused.json()["error"]["details"])) == (422, ["target"])


async def test_a_name_is_taken_once(on_both: AccessWorld) -> None:
    served = on_both
    admin = await served.member("ada", "admin")
    await made(served, GOOD, admin)
    for name in (GOOD["name"], "pager"):
        refused = await served.client.post(base(served), json={**GOOD, "name": name}, headers=admin)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "NOTIFICATION_CHANNEL_EXISTS")
        assert list(refused.json()["error"]["details"]) == ["name"]


async def test_a_repeated_creation_makes_one(served: AccessWorld) -> None:
    admin = {**await served.member("ada", "admin"), "Idempotency-Key": "the-same"}
    assert await made(served, GOOD, admin) == await made(served, GOOD, admin)


async def test_they_come_in_pages(served: AccessWorld) -> None:
    admin = await served.member("ada", "admin")
    names = [f"c{number}" for number in range(3)]
    for name in names:
        await made(served, {**GOOD, "name": name}, admin)
    first = (await served.client.get(base(served), params={"limit": 2}, headers=admin)).json()["data"]
    cursor = first["pagination"]["next_cursor"]
    last = (await served.client.get(base(served), params={"limit": 2, "cursor": cursor}, headers=admin)).json()["data"]
    assert [one["name"] for one in [*first["channels"], *last["channels"]]] == names
    assert not last["pagination"]["has_more"]


async def test_mail_goes_to_allowed_domains_only(sqlite_url: str, tmp_path: Path) -> None:
    async with serve_mailbox() as mailbox:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_starttls": False}
        async with access_world(sqlite_url, tmp_path, {**ALLOWED, **mail}) as served:
            admin = await served.member("ada", "admin")
            email = {"name": "on-call", "kind": "email", "target": "on-call@EXAMPLE.com"}
            created = await made(served, email, admin)
            assert created["target_host"] == "EXAMPLE.com"
            tested = await served.client.post(f"{base(served)}/{created['id']}/test", headers=admin)
            assert tested.json()["data"]["delivered"], tested.text
            assert mailbox.recipients == ["<on-call@EXAMPLE.com>"]


async def test_a_workspaces_channel_hears_of_its_escalations_and_backups(sqlite_url: str, tmp_path: Path) -> None:
    async with serve_receiver() as receiver, living_world(sqlite_url, tmp_path, ALLOWED) as living:
        world = living.access
        admin = await world.member("ada", "admin", living.workspace_id)
        for name, on_escalation in (("everything", True), ("some", False)):
            body = {"name": name, "kind": "webhook", "target": receiver.url, "on_escalation": on_escalation}
            answer = await world.client.post(base(world, living.workspace_id), json=body, headers=admin)
            assert answer.status_code == 201, answer.text
        found = (await living.call("GET", "/applications/web-app")).json()["data"]["id"]
        backup = f"/internal/v1/applications/{found}/backup"
        for names, status in ((["some"], 200), (["else"], 422)):
            started = await world.client.post(
                backup, json={"notification_channels": names}, headers=world.administrator
            )
            assert started.status_code == status, started.text
        (told,) = await receiver.wait(1)
        assert "completed" in msgspec.json.decode(told.body)["title"]
        opened = await world.client.post(
            "/internal/v1/incidents", json={"affected_applications": [found]}, headers=world.administrator
        )
        incident = opened.json()["data"]["incident_id"]
        await world.client.post(
            f"/internal/v1/incidents/{incident}", json={"action": "escalate"}, headers=world.administrator
        )
        told = (await receiver.wait(2))[1]
        assert msgspec.json.decode(told.body)["resource_id"] == incident


async def test_another_workspaces_channel_is_nobodys_here(served: AccessWorld) -> None:
    other = await served.workspace("Other", "other")
    stranger = await served.member("eve", "admin", other)
    async with serve_receiver() as receiver:
        answer = await served.client.post(base(served, other), json={**GOOD, "target": receiver.url}, headers=stranger)
        assert answer.status_code == 201
        notice = Notice(event="e", title="t", text="x", workspace_id=served.workspace_id, resource_id="r")
        sender = served.get(Notifications)
        async with sender.database.transaction() as session:
            await sender.send(session, [GOOD["name"]], notice)
            here = await sender.directory.find(session, served.workspace_id, GOOD["name"])
            there = await sender.directory.find(session, other, GOOD["name"])
        assert here is None
        assert there is not None
        assert receiver.requests == []
