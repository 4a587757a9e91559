"""A notice whose process is killed at any of its points reaches its channel: once, or again where only we forgot it."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import httpx2
import msgspec
import pytest

from hexaops.features.notifications.sending import PUT_OFF, SENDING, SENT
from hexaops.kit.ids import stable_id
from tests.backends.notify.receiver import Answer, serve_receiver
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of, until
from tests.crash.test_backups import internal
from tests.crash.test_kill import stage

WEB = stable_id("app-", "c1", "frontend", "Deployment", "web-app")
SENDS = {SENDING: 1, SENT: 2, PUT_OFF: 2}
"""How often the receiver is told in all, by the point at which the process dies."""
CASES = [
    pytest.param(point, sent, engine, id=f"{point}-{engine}", marks=() if number % 2 == place else pytest.mark.long)
    for number, (point, sent) in enumerate(SENDS.items())
    for place, engine in enumerate(ENGINES)
]
"""Every point on alternate databases; on the other one in the long form."""


async def escalate(service: Running) -> None:
    """Open an incident and escalate it; the process may die before it answers."""
    opened = await until(
        lambda: service.client.post(
            internal(service, "/incidents"), json={"affected_applications": [WEB]}, headers=service.account
        ),
        lambda answer: answer.status_code == 201,
    )
    path = internal(service, f"/incidents/{opened.json()['data']['incident_id']}")
    with contextlib.suppress(httpx2.TransportError):
        await service.client.post(path, json={"action": "escalate"}, headers=service.account)


@pytest.mark.parametrize(("point", "sent", "database_url"), CASES, indirect=["database_url"])
async def test_killed_and_told(point: str, sent: int, database_url: str, tmp_path: Path) -> None:
    async with serve_receiver() as receiver, stage() as stage_:
        receiver.answer = Answer(status=503) if point == PUT_OFF else receiver.answer
        settings = settings_of(
            tmp_path, database_url, point, notification_channels={"pager": receiver.url},
            escalation_channels=["pager"], webhook_allowed_networks=["127.0.0.0/8"], webhook_allow_http=True,
        )  # fmt: skip
        async with running(Start(settings, stage_.url)) as service:
            await escalate(service)
            assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
        async with running(Start({**settings, "failpoint": None}, stage_.url)):
            notices = await receiver.wait(sent)
        assert len({msgspec.json.decode(one.body)["resource_id"] for one in notices}) == 1
