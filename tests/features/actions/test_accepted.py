"""A change that was accepted is answered so, whatever becomes of the database after that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from hexaops.storage.tables import AuditRow, OperationRow
from tests.living import LivingWorld


class Outage:
    """Begins with the commit that accepts a change."""

    def __init__(self) -> None:
        self.away, self.armed, self.loses_reply = False, False, False

    def asked(self, *_: object) -> None:
        """No statement gets through."""
        if self.away:
            raise ConnectionResetError

    def flushed(self, session: Session, *_: object) -> None:
        """A session that makes an operation accepts a change; later on it may have forgotten the row."""
        if any(isinstance(row, OperationRow) for row in session.new):
            session.info[self] = True

    def committed(self, session: Session) -> None:
        """The commit is done; its reply may be lost."""
        if self.armed and session.info.get(self):
            self.armed, self.away = False, not self.loses_reply
            if self.loses_reply:
                raise ConnectionResetError


@pytest.fixture
def outage(world: LivingWorld) -> Iterator[Outage]:
    made = Outage()
    engine = world.access.context.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", made.asked)
    event.listen(Session, "after_flush", made.flushed)
    event.listen(Session, "after_commit", made.committed)
    yield made
    made.away = False
    event.remove(Session, "after_flush", made.flushed)
    event.remove(Session, "after_commit", made.committed)
    event.remove(engine, "before_cursor_execute", made.asked)


def confirming(plan: dict[str, Any]) -> dict[str, Any]:
    given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    return {"action": plan["action"], "parameters": {**plan["parameters"], **given}}


@pytest.mark.parametrize("loses_reply", [False, True], ids=["away afterwards", "reply of the commit lost"])
async def test_an_accepted_confirmation_is_no_503(world: LivingWorld, outage: Outage, loses_reply: bool) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=4)
    headers = {**world.operator, "Idempotency-Key": "one"}
    outage.armed, outage.loses_reply = True, loses_reply
    answer = await world.call("POST", "/aiops/actions", confirming(plan), headers=headers)
    outage.away = False
    assert answer.status_code == 200, answer.text
    accepted = answer.json()["data"]
    assert accepted["status"] in {"executing", "completed"}
    again = await world.call("POST", "/aiops/actions", confirming(plan), headers=headers)
    assert again.status_code == 200, again.text
    assert again.json()["data"]["action_id"] == accepted["action_id"]
    assert (await world.ended(accepted["action_id"]))["status"] == "completed"
    assert len(world.writes()) == 1


async def test_its_audit_event_is_written_later(world: LivingWorld, outage: Outage) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=4)
    outage.armed = True
    answer = await world.call("POST", "/aiops/actions", confirming(plan))
    request_id = answer.headers["x-request-id"]
    outage.away = False
    await world.ask("restart_application", "web-app")
    async with world.access.context.database.reading() as session:
        wanted = (AuditRow.request_id == request_id) & (AuditRow.action == "request")
        assert (await session.scalars(select(func.count()).where(wanted))).one() == 1
