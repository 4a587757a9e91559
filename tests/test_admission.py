"""Admission control: bounded places and queues, turns by caller, and refusals before any work."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from hexaops.admission import SHARES, SPARE_CONNECTIONS, Admission, Bounds, Lane, OverloadedError, lane_of, lanes_for
from hexaops.metrics import Metrics

LONG_SECONDS = 3600.0


def scope(path: str, method: str = "GET", **headers: str) -> Scope:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "method": method, "headers": pairs, "client": ("10.0.0.1", 1)}


@pytest.mark.parametrize(
    ("path", "method", "lane"),
    [
        ("/healthz", "GET", None),
        ("/readyz", "GET", None),
        ("/metrics", "GET", None),
        ("/api/v1/workspaces", "GET", "reads"),
        ("/api/v1/workspaces/ws-1/aiops/chat", "POST", "chat"),
        ("/api/v1/ai/chat", "POST", "chat"),
        ("/api/v1/workspaces/ws-1/aiops/actions", "POST", "changes"),
        ("/internal/v1/workspaces/ws-1", "PATCH", "changes"),
        ("/internal/v1/logs/tail", "GET", "streams"),
        ("/api/v1/workspaces/ws-1/aiops/events", "GET", "streams"),
        ("/api/v1/workspaces/ws-1/aiops/events", "POST", "changes"),
    ],
)
def test_lanes(path: str, method: str, lane: str | None) -> None:
    assert lane_of(scope(path, method)) == lane


def test_a_stream_of_chat_has_a_lane_of_its_own() -> None:
    asked = scope("/api/v1/workspaces/w/aiops/chat", "POST", accept="text/event-stream")
    assert lane_of(asked) == "chat streams"


@pytest.mark.parametrize("connections", [1, 3, 10, 20, 50])
def test_the_lanes_fit_the_pool(connections: int) -> None:
    places = [lanes_for(connections)[name].places for name in SHARES]
    assert all(places)
    assert sum(places) <= max(len(places), connections - SPARE_CONNECTIONS)


async def test_one_caller_has_few_streams() -> None:
    lane = Lane(Bounds(places=10, queue=0, seconds=0.0, each=2))
    for caller in ("a", "a", "b"):
        await lane.enter(caller)
    with pytest.raises(OverloadedError):
        await lane.enter("a")
    lane.leave("a")
    await lane.enter("a")


async def test_those_that_wait_count_too() -> None:
    lane = Lane(Bounds(places=1, queue=10, seconds=LONG_SECONDS, each=2))
    await lane.enter("a")
    waiting = asyncio.create_task(lane.enter("a"))
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await lane.enter("a")
    lane.leave("a")
    await waiting


async def test_a_browser_is_told_from_others_by_its_cookie() -> None:
    lane = {"streams": Bounds(places=10, queue=0, seconds=0.0, each=1)}
    going, begun = asyncio.Event(), 0

    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal begun
        begun += 1
        await going.wait()

    gate = Admission(work, lane)
    refused: list[Message] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        refused.append(message)

    asked = [scope("/api/v1/workspaces/w/aiops/events", cookie=cookie) for cookie in ("one", "two", "two")]
    tasks = [asyncio.create_task(gate(one, receive, send)) for one in asked]
    await asyncio.sleep(0)
    assert (begun, [message.get("status") for message in refused][:1]) == (2, [503])
    going.set()
    await asyncio.gather(*tasks)


async def test_what_has_no_place_waits_and_what_has_no_queue_is_refused() -> None:
    lane = Lane(Bounds(places=1, queue=2, seconds=LONG_SECONDS))
    await lane.enter("a")
    waiting = [asyncio.create_task(lane.enter(caller)) for caller in ("b", "c")]
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await lane.enter("d")
    for caller, task in zip(("a", "b"), waiting, strict=True):
        lane.leave(caller)
        await task
    lane.leave("c")
    await lane.enter("e")


async def test_callers_take_turns() -> None:
    lane = Lane(Bounds(places=1, queue=10, seconds=LONG_SECONDS))
    await lane.enter("greedy")
    order: list[str] = []

    async def ask(caller: str) -> None:
        await lane.enter(caller)
        order.append(caller)
        lane.leave(caller)

    tasks = []
    for caller in ("greedy", "greedy", "greedy", "modest"):
        tasks.append(asyncio.create_task(ask(caller)))
        await asyncio.sleep(0)
    lane.leave("greedy")
    await asyncio.gather(*tasks)
    assert order.index("modest") == 1


async def test_one_caller_takes_half_of_the_queue_at_most() -> None:
    lane = Lane(Bounds(places=1, queue=4, seconds=LONG_SECONDS))
    await lane.enter("a")
    tasks = [asyncio.create_task(lane.enter("a")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await lane.enter("a")
    other = asyncio.create_task(lane.enter("b"))
    await asyncio.sleep(0)
    for caller, task in (("a", tasks[0]), ("a", other), ("b", tasks[1])):
        lane.leave(caller)
        await task


async def test_a_wait_that_is_too_long_or_given_up_leaves_the_queue() -> None:
    lane = Lane(Bounds(places=1, queue=2, seconds=0.0))
    await lane.enter("a")
    with pytest.raises(OverloadedError):
        await lane.enter("b")
    patient = Lane(Bounds(places=1, queue=1, seconds=LONG_SECONDS))
    await patient.enter("a")
    gone = asyncio.create_task(patient.enter("b"))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    patient.leave("a")
    await patient.enter("c")


async def test_a_place_is_not_lost_when_its_turn_comes_as_the_waiter_goes() -> None:
    lane = Lane(Bounds(places=1, queue=1, seconds=LONG_SECONDS))
    await lane.enter("a")
    gone = asyncio.create_task(lane.enter("b"))
    await asyncio.sleep(0)
    lane.leave("a")
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    await lane.enter("c")


async def answers(
    bounds: Bounds, requests: int, metrics: Metrics | None = None
) -> tuple[int, list[int], list[Message]]:
    """Many requests at once: how many were worked on, the statuses, and the first refusal."""
    begun, going = 0, asyncio.Event()

    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal begun
        begun += 1
        await going.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = Admission(work, {"reads": bounds}, metrics)
    statuses: list[int] = []
    refusal: list[Message] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def one(number: int) -> None:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        await gate(scope("/api/v1/workspaces", authorization=str(number)), receive, send)
        statuses.append(messages[0]["status"])
        if messages[0]["status"] == 503 and not refusal:
            refusal.extend(messages)

    tasks = [asyncio.create_task(one(number)) for number in range(requests)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    at_once = begun
    going.set()
    await asyncio.gather(*tasks)
    return at_once, statuses, refusal


async def test_no_work_is_done_for_what_is_refused() -> None:
    metrics = Metrics()
    at_once, statuses, refusal = await answers(Bounds(places=2, queue=3, seconds=LONG_SECONDS), 20, metrics)
    assert at_once == 2
    assert (statuses.count(200), statuses.count(503)) == (5, 15)
    assert dict(refusal[0]["headers"])[b"retry-after"] == b"1"
    assert b'hexaops_refused_requests_total{lane="reads"} 15.0' in metrics.render()
    body = json.loads(refusal[1]["body"])
    assert body["error"]["code"] == "OVERLOADED"
    assert dict(refusal[0]["headers"])[b"x-request-id"].decode() == body["request_id"]


async def test_a_limit_that_is_off_is_found() -> None:
    """The seeded bug: with endless places everything is worked on at once."""
    at_once, statuses, _ = await answers(Bounds(places=10**6, queue=3, seconds=LONG_SECONDS), 20)
    assert (at_once, statuses.count(503)) == (20, 0)


async def test_a_server_that_asks_first_finds_lane_and_caller_once() -> None:
    async def answer(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return None

    admission = Admission(answer, lanes_for(10))
    asked = scope("/api/v1/workspaces", authorization="Bearer x")
    assert not admission.is_full(asked)
    asked["headers"] = None  # no longer looked at
    await admission(asked, None, None)  # type: ignore[arg-type] # unused by the answer
    assert not admission.is_full(asked)
