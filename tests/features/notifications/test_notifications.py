"""Notices reach their channels once, are tried again, and go nowhere that the settings do not name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, func, select

from hexaops.features.notifications.channels import Channel, Notice, body_of
from hexaops.features.notifications.sending import RUN, WAITS_SECONDS, Notifications
from hexaops.storage.tables import AuditRow
from tests.backends.notify.receiver import Answer, Receiver, serve_receiver
from tests.living import LivingWorld, living_world

NOTICE = Notice(event="e", title="Disk <full>", text="on @here & there", workspace_id="ws-1", resource_id="inc-1")


@dataclass
class Notified:
    """The service, and the receiver of its notices."""

    world: LivingWorld
    receiver: Receiver


@pytest.fixture
async def notified(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Notified]:
    async with serve_receiver() as receiver:
        settings = {
            "notification_channels": {"slack:#ops": receiver.url, "pager": receiver.url},
            "escalation_channels": ["pager"], "rate_limit_application": "1000/minute",
        }  # fmt: skip
        async with living_world(sqlite_url, tmp_path, settings) as world:
            yield Notified(world, receiver)


async def application(world: LivingWorld, name: str) -> str:
    found = (await world.call("GET", f"/applications/{name}")).json()["data"]
    return str(found["id"])


async def internal(world: LivingWorld, path: str, body: Any) -> Any:
    answer = await world.access.client.post(f"/internal/v1{path}", json=body, headers=world.access.administrator)
    assert answer.status_code < 300, answer.text
    return answer.json()["data"]


async def test_an_escalated_incident_tells_its_channels(notified: Notified) -> None:
    world, receiver = notified.world, notified.receiver
    ids = [await application(world, "database-app")]
    opened = await internal(world, "/incidents", {"affected_applications": ids})
    await internal(world, f"/incidents/{opened['incident_id']}", {"action": "escalate", "escalate_to": "slack:#ops"})
    bodies = [msgspec.json.decode(one.body) for one in await receiver.wait(2)]
    (whole,) = [body for body in bodies if "event" in body]
    assert (whole["event"], whole["resource_id"]) == ("incident.escalated", opened["incident_id"])
    (slack,) = [body for body in bodies if "event" not in body]
    assert opened["incident_id"] in slack["text"]


async def test_a_backup_tells_the_channel_that_it_names(notified: Notified) -> None:
    world, receiver = notified.world, notified.receiver
    path = f"/applications/{await application(world, 'web-app')}/backup"
    await internal(world, path, {"notification_channels": ["slack:#ops"]})
    (one,) = await receiver.wait(1)
    assert "Backing up web-app: completed" in msgspec.json.decode(one.body)["text"]


async def test_a_failed_attempt_is_made_again_later(notified: Notified) -> None:
    notified.receiver.answer = Answer(status=503)
    sender = notified.world.access.get(Notifications)
    async with sender.database.transaction() as session:
        await sender.send(session, ["pager", "nobody"], NOTICE)
        await sender.send(session, ["pager"], NOTICE)
    (first,) = await notified.receiver.wait(1)
    assert msgspec.json.decode(first.body, type=Notice) == NOTICE


async def test_an_outage_of_the_database_loses_nothing(notified: Notified) -> None:
    """The last attempt has failed and cannot be recorded: it is, once the database is there, without a restart."""
    notified.receiver.answer = Answer(status=503)
    world, sender = notified.world, notified.world.access.get(Notifications)
    fails = [True, True]

    def ask(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("INSERT INTO audit_events") and "notification.failed" in str(parameters) and fails:
            fails.pop()
            raise ConnectionResetError

    async def recorded() -> int:
        async with sender.database.reading() as session:
            wanted = select(func.count()).where(AuditRow.action == "notification.failed")
            return (await session.scalars(wanted)).one()

    event.listen(sender.database.engine.sync_engine, "before_cursor_execute", ask)
    last = msgspec.json.encode({"id": "n-1", "channel": "pager", "notice": NOTICE, "number": len(WAITS_SECONDS)})
    async with sender.database.transaction() as session:
        await sender.engine.enqueue(session, RUN, run_id="notify-n-1.9", argument=last.decode())
    assert await world.commits.until(recorded, lambda count: count) == 1
    assert not fails
    assert len(notified.receiver.requests) == 1


def test_slack_gets_no_links_and_no_mentions() -> None:
    body = msgspec.json.decode(body_of(Channel("slack:#ops", "slack", "https://x"), NOTICE))
    assert body == {"text": "*Disk &lt;full&gt;*\non @here &amp; there"}
