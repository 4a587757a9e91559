"""Subscriptions and deliveries as the API offers them: made, shown, changed, tested, sent again; secrets shown once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from standardwebhooks import Webhook

from hexaops.errors import ValidationFailedError
from hexaops.features.audit.reader import AuditReader
from hexaops.features.webhooks.errors import (
    DeliveryNotFoundError,
    WebhookDisabledError,
    WebhookLimitError,
    WebhookNotFoundError,
)
from hexaops.features.webhooks.events import KNOWN
from hexaops.features.webhooks.history import DeliveryQuery
from hexaops.features.webhooks.schemas import NewWebhook, WebhookChange
from hexaops.features.webhooks.service import MOST_SUBSCRIPTIONS
from hexaops.features.webhooks.views import WebhookView
from hexaops.responses import encode
from hexaops.storage.tables import WebhookSubscriptionRow
from tests.backends.notify.receiver import Answer, serve_receiver
from tests.features.webhooks.world import World
from tests.pages import page

TARGET = "http://127.0.0.1:9999/hook?key=hidden"


async def test_the_secret_is_shown_once_and_kept_sealed(world: World) -> None:
    caller = world.caller()
    created = await world.service.create(caller, NewWebhook(url=TARGET, events=["aiops.action.completed", "*"]))
    secret = created.secret
    assert secret.startswith("whsec_")
    shown = WebhookView(**{name: getattr(created, name) for name in WebhookView.__struct_fields__})
    assert created.events == ["*", "aiops.action.completed"]
    assert (created.enabled, created.failing_since, created.disabled_reason) == (True, None, None)
    assert await world.service.get(caller, created.id) == shown
    assert await world.service.list(caller) == [shown]
    row = await world.subscription(created.id)
    assert secret not in row.sealed_secret
    assert world.sender.box.unseal(row.sealed_secret, owner=row.id) == secret
    assert world.redactor.redact(f"with {secret} and {secret[6:]}") == "with whsec_[redacted] and [redacted]"
    events, _ = await AuditReader(world.database).list_events(page())
    assert [event.action for event in events] == ["webhook.created"]
    text = encode(events).decode()
    assert secret not in text
    assert row.sealed_secret not in text
    assert "hidden" not in text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://10.1.2.3/", "private"),
        ("ftp://example.com/", "https"),
        ("http://user:word@127.0.0.1/", "user name"),
        ("http://nobody.invalid/", "could not be resolved"),
    ],
)
async def test_a_target_that_may_not_be_reached_is_refused_by_field(world: World, url: str, reason: str) -> None:
    for attempt in (
        world.service.create(world.caller(), NewWebhook(url=url)),
        world.service.update(world.caller(), "wh_1", WebhookChange(url=url)),
    ):
        with pytest.raises(ValidationFailedError) as refused:
            await attempt
        assert reason in refused.value.details["url"]
    assert await world.service.list(world.caller()) == []


def test_only_known_events_may_be_asked_for() -> None:
    NewWebhook(url=TARGET, events=sorted(KNOWN))
    for events in (["aiops.session.exploded"], [], ["*"] * 21):
        with pytest.raises(ValidationError):
            NewWebhook(url=TARGET, events=events)


async def test_a_workspace_has_a_limited_number(world: World) -> None:
    for _ in range(MOST_SUBSCRIPTIONS):
        await world.service.create(world.caller(), NewWebhook(url=TARGET))
    with pytest.raises(WebhookLimitError):
        await world.service.create(world.caller(), NewWebhook(url=TARGET))
    await world.service.create(world.caller("ws-2"), NewWebhook(url=TARGET))


async def test_another_workspaces_webhooks_do_not_exist(world: World) -> None:
    row = await world.subscribe(TARGET)
    await world.emit()
    (delivery,) = await world.deliveries()
    stranger = world.caller("ws-2")
    for attempt in (
        world.service.get(stranger, row.id),
        world.service.update(stranger, row.id, WebhookChange(enabled=False)),
        world.service.rotate(stranger, row.id, overlap_seconds=0),
        world.service.test(stranger, row.id),
        world.service.delete(stranger, row.id),
        world.service.get(stranger, "wh_absent"),
        world.history.list(stranger, DeliveryQuery(webhook_id=row.id), page()),
    ):
        with pytest.raises(WebhookNotFoundError):
            await attempt
    for known in (world.history.get(stranger, delivery.id), world.history.redeliver(stranger, delivery.id)):
        with pytest.raises(DeliveryNotFoundError):
            await known
    assert (await world.history.list(stranger, DeliveryQuery(), page())).deliveries == []


async def test_disabling_cancels_and_enabling_starts_afresh(world: World) -> None:
    row = await world.subscribe(TARGET)
    await world.emit()
    disabled = await world.service.update(world.caller(), row.id, WebhookChange(enabled=False, description="off"))
    assert (disabled.enabled, disabled.disabled_reason, disabled.description) == (False, "by_user", "off")
    (delivery,) = await world.deliveries()
    assert delivery.status == "cancelled"
    with pytest.raises(WebhookDisabledError):
        await world.history.redeliver(world.caller(), delivery.id)
    enabled = await world.service.update(world.caller(), row.id, WebhookChange(enabled=True, events=["*", "*"]))
    assert (enabled.enabled, enabled.disabled_reason, enabled.events) == (True, None, ["*"])
    assert (await world.history.redeliver(world.caller(), delivery.id)).status == "pending"


async def test_deleting_removes_the_history_too(world: World) -> None:
    row = await world.subscribe(TARGET)
    await world.emit()
    await world.service.delete(world.caller(), row.id)
    assert await world.deliveries() == []
    await world.run_enqueued()
    async with world.database.reading() as session:
        assert (await session.scalars(select(WebhookSubscriptionRow))).all() == []


async def test_a_test_event_is_sent_once_and_recorded(world: World) -> None:
    world.manual_clock.advance((datetime.now(UTC) - world.clock.now()).total_seconds())
    async with serve_receiver(Answer(200, body=b"hello")) as receiver:
        created = await world.service.create(world.caller(), NewWebhook(url=receiver.url, events=["*"]))
        tested = await world.service.test(world.caller(), created.id)
        receiver.answer = Answer(500)
        failed = await world.service.test(world.caller(), created.id)
    body = Webhook(created.secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    assert body["event"] == "hexaops.webhook.test"
    assert (tested.status, tested.history[0].response_excerpt) == ("delivered", "hello")
    assert (failed.status, failed.last_status_code) == ("failed", 500)
    assert (await world.subscription(created.id)).failing_since is None
    assert world.enqueued == []
    assert len((await world.history.list(world.caller(), DeliveryQuery(webhook_id=created.id), page())).deliveries) == 2


async def test_deliveries_are_paged_and_filtered(world: World) -> None:
    await world.subscribe(TARGET)
    other = await world.subscribe(TARGET)
    for number in range(3):
        await world.emit(resource_id=f"action_{number}")
    await world.emit("aiops.session.created", resource_id="sess_1")
    caller = world.caller()
    seen: list[str] = []
    cursor = None
    while True:
        found = await world.history.list(caller, DeliveryQuery(), page(3, cursor))
        seen += [delivery.id for delivery in found.deliveries]
        cursor = found.pagination.next_cursor
        if not found.pagination.has_more:
            break
    assert seen == [delivery.id for delivery in reversed(await world.deliveries())]

    async def count(query: DeliveryQuery) -> int:
        return len((await world.history.list(caller, query, page())).deliveries)

    assert await count(DeliveryQuery(webhook_id=other.id)) == 4
    assert await count(DeliveryQuery(event="aiops.session.created")) == 2
    assert await count(DeliveryQuery(resource_id="action_1", webhook_id=other.id)) == 1
    assert await count(DeliveryQuery(status="delivered")) == 0


async def test_sending_again_keeps_the_id_and_starts_the_schedule_over(world: World) -> None:
    world.settings.webhook_retry_seconds = []
    async with serve_receiver(Answer(500)) as receiver:
        await world.subscribe(receiver.url)
        event_id = await world.emit()
        await world.run_enqueued()
        (delivery,) = await world.deliveries()
        assert delivery.status == "failed"
        receiver.answer = Answer()
        again = await world.history.redeliver(world.caller(), delivery.id)
        assert (again.status, again.ended_at) == ("pending", None)
        await world.run_enqueued()
    assert [received.headers["webhook-id"] for received in receiver.requests] == [event_id, event_id]
    shown = await world.history.get(world.caller(), delivery.id)
    assert (shown.status, shown.attempts) == ("delivered", 2)
    assert [attempt.status_code for attempt in shown.history] == [500, 204]
    assert json.loads(shown.body)["event"] == "aiops.action.completed"


async def test_sending_a_waiting_one_again_brings_it_forward_and_voids_the_old_run(world: World) -> None:
    async with serve_receiver(Answer(500)) as receiver:
        await world.subscribe(receiver.url)
        await world.emit()
        await world.run_enqueued()
        (old,) = world.enqueued
        (delivery,) = await world.deliveries()
        await world.history.redeliver(world.caller(), delivery.id)
        (_, new) = world.enqueued
        assert new.delay_seconds == 0
        await world.run.run(old.argument)
        assert len(receiver.requests) == 1
        await world.run.run(new.argument)
        assert len(receiver.requests) == 2
