"""Notices reach their channels once, are tried again, and go nowhere that the settings do not name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hexaops.features.notifications.channels import Channel, Notice, body_of
from hexaops.features.notifications.sending import Notifications
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


def test_slack_gets_no_links_and_no_mentions() -> None:
    body = msgspec.json.decode(body_of(Channel("slack:#ops", "slack", "https://x"), NOTICE))
    assert body == {"text": "*Disk &lt;full&gt;*\non @here &amp; there"}
