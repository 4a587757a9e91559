"""Webhooks have the documented body, are signed, and come for each documented event of sessions and actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook

from hexaops.features.webhooks.events import KNOWN
from tests.contract.documented import CONTRACT
from tests.contract.live import Live, data_of, poll
from tests.contract.matching import matches
from tests.contract.receiving import Delivery, Receiver, receiving

DOCUMENTED = CONTRACT["webhooks"]["public"]["payload"]
EVENTS = {event for api in CONTRACT["webhooks"].values() for event in api["events"]}


@pytest.fixture(scope="module")
def subscribed(live: Live) -> Iterator[tuple[Receiver, str]]:
    """A receiver of everything, and the secret of its subscription."""
    with receiving() as receiver:
        created = data_of(live.user.post(f"{live.aiops}/webhooks", json={"url": receiver.url, "events": ["*"]}))
        yield receiver, created["secret"]
        live.user.delete(f"{live.aiops}/webhooks/{created['id']}")


def _one(receiver: Receiver, event: str, resource_id: str) -> Delivery:
    return poll(lambda: receiver.of(event, resource_id), lambda found: len(found) >= 1)[0]


def _verified(delivery: Delivery, secret: str) -> Any:
    """The body, once its signature is found to be of the secret."""
    return Webhook(secret).verify(delivery.body, delivery.headers)


def _envelope(body: Any) -> list[str]:
    """Problems of the part that all events share: event, timestamp, and the workspace within data."""
    keys = DOCUMENTED["keys"]
    data = {"type": "object", "keys": {"workspace": keys["data"]["keys"]["workspace"]}}
    return matches({"type": "object", "keys": {**keys, "data": data}}, body)


def test_every_documented_event_may_be_subscribed_to() -> None:
    assert EVENTS <= KNOWN


def test_completed_action_has_the_documented_body(live: Live, subscribed: tuple[Receiver, str]) -> None:
    receiver, secret = subscribed
    action_id = live.restart("background-worker")["action_id"]
    settled = live.settled_action(action_id)
    assert settled["status"] == "completed", settled
    started = _verified(_one(receiver, "aiops.action.started", action_id), secret)
    assert _envelope(started) == []
    body = _verified(_one(receiver, "aiops.action.completed", action_id), secret)
    assert matches(DOCUMENTED, body) == []
    assert set(body) == {"event", "timestamp", "data"}
    assert body["data"]["action"] == {"id": action_id, "type": "restart_application", "status": "completed"}
    assert body["data"]["workspace"]["id"] == live.workspace_id
    assert body["data"]["result"]["success"] is True


def test_sessions_are_told(live: Live, subscribed: tuple[Receiver, str]) -> None:
    receiver, secret = subscribed
    session_id = live.new_session()
    data_of(live.user.post(f"{live.aiops}/sessions/{session_id}/end", json={"summary": "done"}))
    for event in ("aiops.session.created", "aiops.session.ended"):
        assert _envelope(_verified(_one(receiver, event, session_id), secret)) == []
