"""Rate limits: the window itself, and what callers see of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from hexaops.config import Settings
from hexaops.features.access.rates import MOST_KEYS, RateLimits
from hexaops.kit.clock import ManualClock
from tests.serving import START, AccessWorld, access_world

INTERNAL = "/internal/v1/workspaces"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


async def test_a_window_moves(clock: ManualClock) -> None:
    limits = RateLimits(Settings(rate_limit_chat="3/minute"), clock=clock)
    for remaining in (2, 1, 0):
        verdict = await limits.hit("chat", "alice", "ws-1")
        assert (verdict.allowed, verdict.remaining) == (True, remaining)
        clock.advance(10)
    refused = await limits.hit("chat", "alice", "ws-1")
    assert (refused.allowed, refused.remaining, refused.retry_after_seconds) == (False, 0, 30.0)
    assert refused.reset_epoch_seconds == int(START.timestamp()) + 60
    clock.advance(29.9)
    assert not (await limits.hit("chat", "alice", "ws-1")).allowed
    clock.advance(0.2)
    assert (await limits.hit("chat", "alice", "ws-1")).allowed
    assert not (await limits.hit("chat", "alice", "ws-1")).allowed


async def test_never_more_than_the_limit_in_any_window(clock: ManualClock) -> None:
    limits = RateLimits(Settings(rate_limit_logs="20/minute"), clock=clock)
    allowed: list[float] = []
    for _ in range(600):
        if (await limits.hit("logs", "sa")).allowed:
            allowed.append(clock.monotonic())
        clock.advance(1.7)
    assert max(sum(start <= at < start + 60 for at in allowed) for start in allowed) == 20


async def test_callers_and_workspaces_are_counted_apart(clock: ManualClock) -> None:
    limits = RateLimits(Settings(rate_limit_chat="1/hour"), clock=clock)
    assert (await limits.hit("chat", "alice", "ws-1")).allowed
    assert (await limits.hit("chat", "alice", "ws-2")).allowed
    assert (await limits.hit("chat", "bob", "ws-1")).allowed
    assert (await limits.hit("public", "alice", "ws-1")).allowed
    assert not (await limits.hit("chat", "alice", "ws-1")).allowed


async def test_only_the_first_refusal_of_a_row_is_marked(clock: ManualClock) -> None:
    limits = RateLimits(Settings(rate_limit_chat="1/minute"), clock=clock)
    await limits.hit("chat", "alice")
    assert [(await limits.hit("chat", "alice")).first_refusal for _ in range(3)] == [True, False, False]
    clock.advance(61)
    assert (await limits.hit("chat", "alice")).allowed
    assert (await limits.hit("chat", "alice")).first_refusal


async def test_the_windows_that_are_kept_are_bounded(clock: ManualClock) -> None:
    limits = RateLimits(Settings(), clock=clock)
    for number in range(MOST_KEYS + 10):
        await limits.hit("anonymous", str(number))
    assert len(limits._windows) == MOST_KEYS


async def test_the_documented_refusal_of_the_public_api(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path, {"rate_limit_public": "100/hour"}) as world:
        alice = await world.member("alice", "viewer")
        path = f"/api/v1/workspaces/{world.workspace_id}/aiops/audit"
        for left in range(99, -1, -1):
            answer = await world.client.get(path, headers=alice)
            assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (403, str(left))
        world.clock.advance(3300)
        answer = await world.client.get(path, headers=alice)
        assert answer.status_code == 429
        assert answer.json()["error"] == {
            "code": "AI_RATE_LIMIT_EXCEEDED",
            "message": "AI API rate limit exceeded",
            "details": {"limit": "100 requests per hour", "retry_after": "300 seconds"},
        }
        assert answer.headers["retry-after"] == "300"
        assert answer.headers["x-ratelimit-limit"] == "100"
        assert answer.headers["x-ratelimit-reset"] == str(int(START.timestamp()) + 3600)
        world.clock.advance(300)
        assert (await world.client.get(path, headers=await world.member("alice", "admin"))).status_code == 200


async def test_the_internal_api_s_refusal(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path, {"rate_limit_workspace": "2/minute"}) as world:
        for _ in range(2):
            assert (await world.client.get(INTERNAL, headers=world.administrator)).status_code == 200
        answer = await world.client.get(INTERNAL, headers=world.administrator)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
        other = await world.account("workspace:read")
        assert (await world.client.get(INTERNAL, headers=other)).status_code == 200


@pytest.mark.parametrize(
    ("limit", "method", "path", "other"),
    [
        (100, "GET", "/health", None),
        (50, "GET", "/workspaces/{workspace}/overview", "/workspaces/ws-other/overview"),
        (30, "GET", "/applications/app-one/details", "/applications/app-other/details"),
        (20, "POST", "/logs/query", None),
    ],
)
async def test_each_documented_limit_holds_exactly_under_concurrency(
    sqlite_url: str, tmp_path: Path, limit: int, method: str, path: str, other: str | None
) -> None:
    async with access_world(sqlite_url, tmp_path) as world:
        refused_by_scope = await world.account("logs:push:json")  # counted like any answer, and cheap

        async def ask(path: str) -> httpx2.Response:
            url = f"/internal/v1{path.format(workspace=world.workspace_id)}"
            return await world.client.request(method, url, headers=refused_by_scope)

        answers = await asyncio.gather(*(ask(path) for _ in range(limit + 10)))
        refused = [one for one in answers if one.status_code == 429]
        assert len(refused) == 10
        left = [int(one.headers["x-ratelimit-remaining"]) for one in answers if one.status_code != 429]
        assert sorted(left) == list(range(limit))
        reset = str(int(START.timestamp()) + 60)
        for answer in refused:
            told = {name: answer.headers[name] for name in ("retry-after", "x-ratelimit-limit", "x-ratelimit-reset")}
            assert told == {"retry-after": "60", "x-ratelimit-limit": str(limit), "x-ratelimit-reset": reset}
            assert answer.headers["x-ratelimit-remaining"] == "0"
            assert answer.json()["error"] == {
                "code": "RATE_LIMIT_EXCEEDED",
                "message": "Internal API rate limit exceeded",
                "details": {"limit": f"{limit} requests per minute", "retry_after": "60 seconds"},
            }
        assert other is None or (await ask(other)).status_code != 429, "counted apart"
        world.clock.advance(59.9)
        assert (await ask(path)).status_code == 429
        world.clock.advance(0.2)
        assert (await ask(path)).headers["x-ratelimit-remaining"] == str(limit - 1)


async def _refused(world: AccessWorld, forwarded: str | None = None) -> int:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return (await world.client.get("/api/v1/workspaces", headers=headers)).status_code


async def test_refused_credentials_are_counted_by_address(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path, {"rate_limit_anonymous": "2/minute"}) as world:
        assert [await _refused(world, f"10.0.0.{number}") for number in range(4)] == [401, 401, 429, 429]
        good = await world.client.get("/api/v1/workspaces", headers=world.token("alice"))
        assert good.status_code == 200  # behind the same address
        world.clock.advance(61)
        assert await _refused(world) == 401


async def test_a_trusted_proxy_tells_addresses_apart(sqlite_url: str, tmp_path: Path) -> None:
    settings = {"rate_limit_anonymous": "1/minute", "trusted_proxies": 1}
    async with access_world(sqlite_url, tmp_path, settings) as world:
        assert [await _refused(world, f"made-up, 10.0.0.{number}") for number in (1, 2, 1)] == [401, 401, 429]


@pytest.mark.parametrize("limit", ["", "many", "0", "100"])
def test_a_limit_that_is_none_stops_the_start(limit: str, clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="limit"):
        RateLimits(Settings(rate_limit_chat=limit), clock=clock)
