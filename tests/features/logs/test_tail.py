"""The live tail: what followers see, what they miss, how it ends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hexaops.features.logs import tailing
from hexaops.features.logs.errors import TooManyFollowersError
from hexaops.features.logs.following import TailFilter, following
from hexaops.features.logs.tailing import LogTail
from tests.backends.logstores.cases import line
from tests.features.logs.conftest import LogsWorld

EVERYTHING = TailFilter("", frozenset(), frozenset())


async def next_event(events: AsyncIterator[bytes]) -> tuple[str, Any]:
    """The next event that is no comment."""
    async for event in events:
        if not event.startswith(b":"):
            name, data = event.decode().strip().split("\n")
            return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
    return "end", None


async def test_followers_see_what_they_asked_for_behind_their_fence(logs: LogsWorld) -> None:
    tail = logs.access.context.logs.tail
    wanted = TailFilter("canary", frozenset({"error"}), frozenset())
    events = tail.follow(following(wanted, frozenset({logs.own})))
    await logs.push(
        {"message": "foreign canary", "level": "error", "workspace_id": logs.other},
        {"message": "canary"}, {"message": "error", "level": "error"}, {"message": "a canary", "level": "error"},
    )  # fmt: skip
    name, data = await next_event(events)
    assert (name, data["message"], data["workspace_id"]) == ("line", "a canary", logs.own)
    tail.close()
    assert (await next_event(events))[0] == "end"
    with pytest.raises(TooManyFollowersError):
        tail.follow(following(EVERYTHING, None))


async def test_the_route_streams_until_the_service_stops(logs: LogsWorld) -> None:
    logs.access.context.end_streams()
    url = f"/api/v1/workspaces/{logs.own}/aiops/logs/tail"
    viewer = await logs.access.member("vera", "viewer")
    refused = await logs.access.client.get(url, headers=viewer)
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "TOO_MANY_FOLLOWERS"
    for wrong in ("?text=(", "?log_level=loud"):
        assert (await logs.access.client.get(url + wrong, headers=viewer)).status_code in {400, 422}
    bound = await logs.access.account("logs:read", workspace_ids=[logs.own])
    foreign = f"/internal/v1/logs/tail?workspace_id={logs.other}"
    assert (await logs.access.client.get(foreign, headers=bound)).status_code == 404


async def test_a_slow_follower_is_told_how_much_it_missed() -> None:
    tail = LogTail()
    events = tail.follow(following(EVERYTHING, None))
    tail._hand_out([line(str(number)) for number in range(tailing.MOST_WAITING + 7)])
    seen = [await next_event(events) for _ in range(tailing.MOST_WAITING + 1)]
    assert [data["message"] for name, data in seen if name == "line"] == [str(n) for n in range(tailing.MOST_WAITING)]
    assert [data for name, data in seen if name == "missed"] == [{"lines": 7}]
    tail.close()


async def test_followers_are_bounded_and_leave() -> None:
    tail = LogTail()
    streams = [tail.follow(following(EVERYTHING, None)) for _ in range(tailing.MOST_FOLLOWERS)]
    with pytest.raises(TooManyFollowersError):
        tail.follow(following(EVERYTHING, None))
    assert (await anext(streams[0])).startswith(b":")
    await streams[0].aclose()  # type: ignore[attr-defined] # a generator, as Starlette closes it
    tail.follow(following(EVERYTHING, None))
