"""Webhooks have the documented body, are signed, and come for each documented event of sessions and actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook

from hexaops.features.webhooks.events import KNOWN
from tests.contract.documented import CONTRACT
from tests.contract.live import CONFLICT, Live, data_of, poll
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


def _operation(live: Live, path: str, body: dict[str, Any]) -> str:
    """Start an operation of the internal API, once no other one holds its target; its id."""
    url = f"/internal/v1{path}"
    answer = poll(lambda: live.account.post(url, json=body), lambda answer: answer.status_code != CONFLICT)
    return str(data_of(answer)["operation_id"])


def test_all_six_internal_events_are_delivered(live: Live, subscribed: tuple[Receiver, str]) -> None:
    """The scaling is cancelled, which is told as failed: no node has the memory of another replica."""
    receiver, secret = subscribed
    scan = _operation(live, f"/workspaces/{live.workspace_id}/operations", {"operation": "security_scan"})
    live.wait_until_measured()
    policy = {"scale_up_threshold": 0.02, "scale_down_threshold": 0.01}
    path = f"/applications/{live.applications['cache-service']}/autoscale"
    scaled = _operation(live, path, {"trigger": "memory_threshold", "scaling_policy": policy})
    data_of(live.account.post(f"/internal/v1/operations/{scaled}/cancel"))
    affected = live.applications["notification-service"]
    backup = data_of(live.account.post(f"/internal/v1/applications/{affected}/backup", json={}))["backup_id"]
    body = {"type": "told_to_webhooks", "affected_applications": [affected]}
    incident = data_of(live.account.post("/internal/v1/incidents", json=body))["incident_id"]
    data_of(live.account.post(f"/internal/v1/incidents/{incident}", json={"action": "auto_remediate"}))
    told = {
        "internal.operation.started": scan,
        "internal.operation.completed": scan,
        "internal.operation.failed": scaled,
        "internal.autoscale.triggered": scaled,
        "internal.backup.completed": backup,
        "internal.incident.auto_remediated": incident,
    }
    assert set(told) == set(CONTRACT["webhooks"]["internal"]["events"])
    for event, resource_id in told.items():
        assert _envelope(_verified(_one(receiver, event, resource_id), secret)) == []


def test_sessions_are_told(live: Live, subscribed: tuple[Receiver, str]) -> None:
    receiver, secret = subscribed
    session_id = live.new_session()
    data_of(live.user.post(f"{live.aiops}/sessions/{session_id}/end", json={"summary": "done"}))
    for event in ("aiops.session.created", "aiops.session.ended"):
        assert _envelope(_verified(_one(receiver, event, session_id), secret)) == []
