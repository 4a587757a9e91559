"""Silence is noticed: of a watch, of the whole API server, and of the service's own clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.staleness import STALE_SECONDS
from hexaops.kit.clock import ClockCheck, ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.kubernetes.api_server import ApiServer, Collection
from tests.backends.kubernetes.conftest import QUICK, StartCluster, until

KINDS = ("Pod", "Deployment", "Service")


class SplitClock(ManualClock):
    """Its time of day can be moved apart."""

    def shift(self, seconds: float) -> None:
        """Move the time of day only."""
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> SplitClock:
    return SplitClock()


@pytest.fixture
def cache(clock: SplitClock) -> WatchCache:
    """Read just now."""
    cache = WatchCache(KINDS, clock=clock)
    for kind in KINDS:
        confirm(cache, kind, clock)
    return cache


def confirm(cache: WatchCache, kind: str, clock: SplitClock) -> None:
    table = cache.table(kind)
    table.synced, table.as_of, table.confirmed_at = True, clock.now(), clock.monotonic()
    cache.clock_check.problem()


def stale(cache: WatchCache) -> set[str]:
    return {kind for kind, status in cache.status().items() if status.error is not None}


def test_a_silent_watch_of_a_status_s_kind(cache: WatchCache, clock: SplitClock) -> None:
    clock.advance(STALE_SECONDS)
    confirm(cache, "Deployment", clock)
    assert stale(cache) == set()
    clock.advance(0.1)
    assert stale(cache) == {"Pod"}
    assert cache.status("Pod")["Pod"].error == "the API server has sent nothing for 10 s"


def test_a_silent_server_makes_every_kind_stale(cache: WatchCache, clock: SplitClock) -> None:
    clock.advance(STALE_SECONDS + 1)
    assert stale(cache) == {*KINDS}


def test_others_may_be_silent_while_the_server_is_heard(cache: WatchCache, clock: SplitClock) -> None:
    for _ in range(60):
        clock.advance(1)
        for kind in ("Pod", "Deployment"):
            confirm(cache, kind, clock)
    assert stale(cache) == set()


@pytest.mark.parametrize("shift", [-1.0, -3600.0])
def test_a_clock_that_stands_still_or_goes_back(cache: WatchCache, clock: SplitClock, shift: float) -> None:
    for second in range(10):
        clock.advance(1)
        clock.shift(shift if shift == -1.0 or second == 0 else 0.0)
        for kind in KINDS:
            confirm(cache, kind, clock)
        if stale(cache):
            break
    assert stale(cache) == {*KINDS}
    assert "stands still or was set back" in str(cache.status("Pod")["Pod"].error)


def test_nothing_gets_newer_by_a_clock_that_is_set_back(cache: WatchCache, clock: SplitClock) -> None:
    clock.advance(30)
    clock.shift(-300)
    assert cache.status("Pod")["Pod"].age_seconds == 30


def test_a_jump_ahead_passes() -> None:
    clock = SplitClock()
    check = ClockCheck(clock)
    clock.advance(5)
    clock.shift(600)
    assert "jumped ahead" in str(check.problem())
    clock.advance(3)
    assert check.problem() is not None
    clock.advance(1)
    assert check.problem() is None


async def test_a_watch_that_the_server_does_not_end_in_time_is_dead(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    settings = replace(QUICK, prompt_watch_seconds=(0, 0), grace_seconds=0.05, stall_seconds=600.0)
    cluster = await start_cluster(settings=settings)
    await until(lambda: pods.watches)
    pods.watches[0].stalled = True
    pods.put("unheard")
    await until(lambda: len(server.asked("GET", watch=True)) > 1)
    await until(lambda: cluster.cache.find("Pod", "default", "unheard"))


async def test_a_watch_that_ends_as_agreed_confirms_what_is_held(pods: Collection, start_cluster: StartCluster) -> None:
    cluster = await start_cluster(settings=replace(QUICK, prompt_watch_seconds=(1, 1)))
    await until(lambda: pods.watches)
    cluster.cache.table("Pod").as_of = None
    pods.watches[0].close()
    await until(lambda: cluster.cache.table("Pod").as_of)


async def test_waiting_for_recent_data_ends_when_it_is_confirmed(cache: WatchCache, clock: SplitClock) -> None:
    clock.advance(STALE_SECONDS + 1)
    waiting = asyncio.ensure_future(cache.wait_recent(STALE_SECONDS, Timeout(4, clock), "Pod", "Deployment"))
    for kind in ("Deployment", "Pod"):
        await asyncio.wait({waiting}, timeout=0.01)
        assert not waiting.done()
        confirm(cache, kind, clock)
        cache.note_progress()
    await waiting


async def test_a_watch_that_ends_early_confirms_nothing_and_is_followed_by_a_short_one(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    cluster.cache.table("Pod").as_of = None
    pods.watches[0].close()
    await until(lambda: len(server.asked("GET", watch=True)) > 1)
    assert cluster.cache.table("Pod").as_of is None
    assert server.asked("GET", watch=True)[-1].query["timeoutSeconds"] == "2"
