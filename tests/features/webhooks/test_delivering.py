"""One attempt after the other, moved by hand: success, failure, waits, order, giving up, disabling."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from hexaops.kit.clock import ManualClock
from tests.backends.notify.receiver import Answer, Received, serve_receiver
from tests.features.webhooks.world import RESTARTED, SECRET, World

OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs="


def set_to_now(clock: ManualClock) -> None:
    """Bring the clock to the real time, which the verifying library reads."""
    clock.advance((datetime.now(UTC) - clock.now()).total_seconds())


async def test_a_delivered_event_is_signed_and_has_the_documented_body(world: World) -> None:
    set_to_now(world.manual_clock)
    async with serve_receiver(Answer(200, body=b"ok")) as receiver:
        await world.subscribe(receiver.url)
        event_id = await world.emit()
        await world.run_enqueued()
    (received,) = receiver.requests
    body = Webhook(SECRET).verify(received.body, received.headers)
    assert body == {
        "event": "aiops.action.completed",
        "timestamp": world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": RESTARTED,
    }
    assert list(json.loads(received.body)) == ["event", "timestamp", "data"]
    assert received.headers["webhook-id"] == event_id
    assert received.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER_SECRET).verify(received.body, received.headers)
    (delivery,) = await world.deliveries()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("delivered", 1, None)
    assert delivery.ended_at == world.clock.now()
    (attempt,) = await world.attempts()
    assert (attempt.outcome, attempt.status_code, attempt.response_excerpt) == ("delivered", 200, "ok")


async def test_while_two_secrets_live_both_sign(world: World) -> None:
    set_to_now(world.manual_clock)
    async with serve_receiver() as receiver:
        row = await world.subscribe(receiver.url)
        rotated = await world.service.rotate(world.caller(), row.id, overlap_seconds=3600)
        await world.emit(resource_id="a")
        await world.run_enqueued()
        world.manual_clock.advance(3601)
        await world.emit(resource_id="b")
        await world.run_enqueued()
    during, after = receiver.requests
    for secret in (SECRET, rotated.secret):
        Webhook(secret).verify(during.body, during.headers)
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    assert len(after.headers["webhook-signature"].split(" ")) == 1


async def test_subscriptions_get_only_what_they_asked_for(world: World) -> None:
    async with serve_receiver() as receiver:
        await world.subscribe(receiver.url, events=["aiops.session.ended"])
        await world.subscribe(receiver.url, enabled=False)
        await world.subscribe(receiver.url, workspace_id="ws-2")
        wanted = await world.subscribe(receiver.url, events=["aiops.action.completed"])
        await world.emit()
    (delivery,) = await world.deliveries()
    assert delivery.subscription_id == wanted.id
    (entry,) = world.enqueued
    assert entry.key == wanted.id


async def test_events_that_are_never_sent_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="not an event"):
        await world.emit("aiops.no.such")


async def test_a_rolled_back_change_tells_nobody(world: World) -> None:
    await world.subscribe("http://127.0.0.1:1/")

    async def fail() -> None:
        async with world.database.transaction() as session:
            await world.outbox.emit(session, "ws-1", "aiops.action.started", RESTARTED, resource_id="a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await world.deliveries() == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(500), "rejected"),
        (Answer(404), "rejected"),
        (Answer(302, {"Location": "http://127.0.0.1/"}), "redirected"),
        (Answer(reset=True), "unreachable"),
    ],
)
async def test_a_failed_attempt_comes_again_after_its_wait(world: World, answer: Answer, outcome: str) -> None:
    world.settings.webhook_retry_seconds = [5, 300]
    async with serve_receiver(answer) as receiver:
        row = await world.subscribe(receiver.url)
        event_id = await world.emit()
        await world.run_enqueued()
        (entry,) = world.enqueued
        assert 4.5 <= entry.delay_seconds <= 5.5
        (delivery,) = await world.deliveries()
        assert (delivery.status, delivery.failures) == ("pending", 1)
        assert delivery.next_attempt_at == world.clock.now() + timedelta(seconds=entry.delay_seconds)
        assert (await world.subscription(row.id)).failing_since == world.clock.now()
        world.manual_clock.advance(5)
        await world.run_enqueued()
        assert 270 <= world.enqueued[0].delay_seconds <= 330
        receiver.answer = Answer()
        await world.run_enqueued()
        assert world.enqueued == []
    assert {received.headers["webhook-id"] for received in receiver.requests} == {event_id}
    first, second, _ = (int(received.headers["webhook-timestamp"]) for received in receiver.requests)
    assert second == first + 5
    assert [attempt.outcome for attempt in await world.attempts()] == [outcome, outcome, "delivered"]
    (delivery,) = await world.deliveries()
    assert (delivery.status, delivery.attempts) == ("delivered", 3)
    assert (await world.subscription(row.id)).failing_since is None


async def test_after_the_last_wait_it_is_given_up_on(world: World) -> None:
    world.settings.webhook_retry_seconds = [1, 1]
    async with serve_receiver(Answer(500)) as receiver:
        await world.subscribe(receiver.url)
        await world.emit()
        for _ in range(3):
            assert await world.run_enqueued() == 1
    assert world.enqueued == []
    (delivery,) = await world.deliveries()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("failed", 3, None)
    assert delivery.last_error == "the receiver answered 500"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_throttling_receiver_is_left_alone_for_as_long_as_it_asks(world: World, status: int) -> None:
    world.settings.webhook_retry_seconds = [5]
    async with serve_receiver(Answer(status, {"Retry-After": "120"})) as receiver:
        await world.subscribe(receiver.url)
        await world.emit()
        await world.run_enqueued()
    assert world.enqueued[0].delay_seconds == 120


async def test_a_receiver_that_is_gone_is_disabled_and_what_waits_is_cancelled(world: World) -> None:
    async with serve_receiver(Answer(410)) as receiver:
        row = await world.subscribe(receiver.url)
        await world.emit(resource_id="a")
        await world.emit(resource_id="b")
        await world.run_enqueued()
        assert len(receiver.requests) == 1
    row = await world.subscription(row.id)
    assert (row.enabled, row.disabled_reason) == (False, "gone")
    assert [delivery.status for delivery in await world.deliveries()] == ["failed", "cancelled"]
    assert world.enqueued == []


async def test_a_receiver_that_fails_for_five_days_is_disabled(world: World) -> None:
    async with serve_receiver(Answer(500)) as receiver:
        row = await world.subscribe(receiver.url)
        await world.emit(resource_id="a")
        await world.run_enqueued()
        world.manual_clock.advance(5 * 86400 - 1)
        await world.run_enqueued()
        assert (await world.subscription(row.id)).enabled
        world.manual_clock.advance(1)
        await world.run_enqueued()
    row = await world.subscription(row.id)
    assert (row.enabled, row.disabled_reason) == (False, "failing")


async def test_events_of_one_resource_wait_for_each_other_and_others_do_not(world: World) -> None:
    def choosy(received: Received) -> Answer:
        return Answer(500) if world.clock.now() < opens_at and b"started" in received.body else Answer()

    opens_at = world.clock.now() + timedelta(seconds=5)
    async with serve_receiver(choosy) as receiver:
        await world.subscribe(receiver.url)
        await world.emit("aiops.action.started", resource_id="a")
        await world.emit("aiops.action.completed", resource_id="a")
        await world.emit("aiops.action.completed", resource_id="b")
        assert await world.run_enqueued() == 3
        first, second, third = await world.deliveries()
        assert [first.status, second.status, third.status] == ["pending", "pending", "delivered"]
        assert (second.attempts, second.next_attempt_at) == (0, None)
        world.manual_clock.advance(5)
        assert await world.run_enqueued() == 1
        assert await world.run_enqueued() == 1
    names = [json.loads(received.body)["event"].rpartition(".")[2] for received in receiver.requests]
    assert names == ["started", "completed", "started", "completed"]
    assert {delivery.status for delivery in await world.deliveries()} == {"delivered"}


async def test_when_the_earlier_event_is_given_up_on_the_later_one_goes(world: World) -> None:
    world.settings.webhook_retry_seconds = []
    async with serve_receiver(Answer(500)) as receiver:
        await world.subscribe(receiver.url)
        await world.emit("aiops.action.started")
        await world.emit("aiops.action.failed")
        early, late = list(world.enqueued)
        world.enqueued.clear()
        await world.run.run(late.argument)
        await world.run.run(early.argument)
        receiver.answer = Answer()
        assert await world.run_enqueued() == 1
    assert [delivery.status for delivery in await world.deliveries()] == ["failed", "delivered"]


async def test_a_run_whose_turn_is_over_sends_nothing(world: World) -> None:
    async with serve_receiver() as receiver:
        await world.subscribe(receiver.url)
        await world.emit()
        (entry,) = world.enqueued
        await world.run.run(entry.argument)
        await world.run.run(entry.argument)
        await world.run.run("dlv_unknown.1")
        assert len(receiver.requests) == 1


async def test_a_target_that_became_private_is_not_sent_to(world: World) -> None:
    await world.subscribe("http://10.0.0.1/")
    await world.emit()
    await world.run_enqueued()
    (attempt,) = await world.attempts()
    assert (attempt.outcome, attempt.status_code) == ("forbidden_target", None)
    assert attempt.error is not None
    assert "private" in attempt.error


async def test_a_secret_under_another_key_fails_the_attempt_and_says_so(world: World) -> None:
    async with serve_receiver() as receiver:
        row = await world.subscribe(receiver.url)
        async with world.database.transaction() as session:
            stolen = await session.merge(row)
            stolen.sealed_secret = world.sender.box.seal(SECRET, owner="wh_other")
        await world.emit()
        await world.run_enqueued()
        assert receiver.requests == []
    (attempt,) = await world.attempts()
    assert attempt.outcome == "unsigned"
    assert len(world.enqueued) == 1
