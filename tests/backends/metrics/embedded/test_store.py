"""What was measured comes back: from memory, from chunks, after a restart; and what was not stays missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from hexaops.backends.metrics.base import MetricSourceError, Signal, Subject, Window
from hexaops.backends.metrics.embedded.source import EmbeddedMetrics
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore, Keeping
from hexaops.kit.clock import ManualClock

WEB = Subject("c1", "Deployment", "shop", "web")
API = Subject("c1", "Deployment", "shop", "api")
STEP = 30
HOUR = 3600.0
DAY = 24 * HOUR
GIB = 2**30


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[EmbeddedMetricStore]:
    made = EmbeddedMetricStore(tmp_path, Keeping(STEP, 30, GIB), clock)
    yield made
    await made.close()


def set_aside(folder: Path) -> int:
    return len([*folder.glob("metrics.damaged-*")])


async def fill(store: EmbeddedMetricStore, clock: ManualClock, seconds: float, *, every: int = STEP) -> None:
    """One round after another; the value is the round's own time of day in hours."""
    for _ in range(int(seconds / every)):
        now = clock.now().timestamp()
        await store.add(now, "c1", [((WEB, Signal.CPU), now % DAY / HOUR), ((WEB, Signal.RESTARTS), 1.0)])
        clock.advance(every)


async def last(store: EmbeddedMetricStore, clock: ManualClock, seconds: float, step: float) -> np.ndarray:
    window = Window.until(clock.now().timestamp(), seconds)
    return (await store.read(WEB, Signal.CPU, window, step))[1]


async def test_what_was_measured_comes_back(store: EmbeddedMetricStore, clock: ManualClock) -> None:
    await fill(store, clock, 600)
    window = Window.until(clock.now().timestamp(), 600)
    grid, values = await store.read(WEB, Signal.CPU, window, STEP)
    assert (grid.start, grid.step_seconds, grid.count) == (window.start, STEP, 20)
    assert values == pytest.approx(12 + np.arange(20) * STEP / HOUR)


async def test_gaps_are_missing_not_zero(store: EmbeddedMetricStore, clock: ManualClock) -> None:
    await fill(store, clock, 120)
    clock.advance(120)
    await fill(store, clock, 60)
    values = await last(store, clock, 300, STEP)
    assert [*np.isfinite(values)] == [True] * 4 + [False] * 4 + [True] * 2


async def test_what_nobody_measured_is_missing(store: EmbeddedMetricStore, clock: ManualClock) -> None:
    await fill(store, clock, 60)
    window = Window.until(clock.now().timestamp(), 60)
    for subject, signal in ((API, Signal.CPU), (WEB, Signal.MEMORY)):
        assert np.isnan((await store.read(subject, signal, window, STEP))[1]).all()


async def test_a_coarser_step_averages_and_restarts_add_up(store: EmbeddedMetricStore, clock: ManualClock) -> None:
    await fill(store, clock, 300)
    window = Window.until(clock.now().timestamp(), 300)
    _, cpu = await store.read(WEB, Signal.CPU, window, 300)
    _, restarts = await store.read(WEB, Signal.RESTARTS, window, 300)
    assert cpu == pytest.approx([12 + 4.5 * STEP / HOUR])
    assert restarts == pytest.approx([10])


async def test_an_hour_that_is_over_is_read_from_its_chunk(store: EmbeddedMetricStore, clock: ManualClock) -> None:
    await fill(store, clock, 2.5 * HOUR)
    values = await last(store, clock, 2.5 * HOUR, STEP)
    assert values == pytest.approx(12 + np.arange(300) * STEP / HOUR, abs=1e-5)


async def test_a_restart_forgets_nothing(tmp_path: Path, store: EmbeddedMetricStore, clock: ManualClock) -> None:
    await fill(store, clock, 1.5 * HOUR)
    before = await last(store, clock, 1.5 * HOUR, STEP)
    again = EmbeddedMetricStore(tmp_path, Keeping(STEP, 30, GIB), clock)  # as after a kill: nothing was closed
    assert await last(again, clock, 1.5 * HOUR, STEP) == pytest.approx(before)
    await again.close()


async def test_old_days_are_coarse_and_then_forgotten(tmp_path: Path, clock: ManualClock) -> None:
    store = EmbeddedMetricStore(tmp_path, Keeping(300, 6, GIB), clock)
    await fill(store, clock, 8 * DAY, every=300)
    now = clock.now().timestamp()
    grid, values = await store.read(WEB, Signal.CPU, Window(now - 4.5 * DAY, now - 4 * DAY), STEP)
    assert grid.step_seconds == 300
    assert values == pytest.approx(np.arange(144) * 300 / HOUR, abs=1e-5)
    assert np.isnan((await store.read(WEB, Signal.CPU, Window(now - 8 * DAY, now - 7 * DAY), 300))[1]).all()
    await store.close()


async def test_restarts_of_coarse_days_still_add_up(tmp_path: Path, clock: ManualClock) -> None:
    store = EmbeddedMetricStore(tmp_path, Keeping(150, 30, GIB), clock)
    await fill(store, clock, 4 * DAY, every=150)
    now = clock.now().timestamp()
    _, values = await store.read(WEB, Signal.RESTARTS, Window(now - 3.5 * DAY, now - 3 * DAY), HOUR)
    assert values == pytest.approx([24.0] * 12)
    await store.close()


async def test_the_size_is_bounded(tmp_path: Path, clock: ManualClock) -> None:
    store = EmbeddedMetricStore(tmp_path, Keeping(300, 30, 90_000), clock)
    noise = np.random.default_rng(1)
    for _ in range(12 * 30):
        measured = [((Subject("c1", "Node", "", f"n{n}"), Signal.CPU), float(noise.random())) for n in range(100)]
        await store.add(clock.now().timestamp(), "c1", measured)
        clock.advance(300)
    assert await store.used_bytes() < 150_000  # the bound, and the rounds since
    await store.close()


async def test_a_damaged_file_is_set_aside(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "metrics.db").write_bytes(b"no database" * 1000)
    store = EmbeddedMetricStore(tmp_path, Keeping(STEP, 30, GIB), clock)
    await fill(store, clock, 60)
    assert np.isfinite(await last(store, clock, 60, STEP)).all()
    assert set_aside(tmp_path) == 1
    await store.close()


async def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "metrics.db").mkdir()
    store = EmbeddedMetricStore(tmp_path, Keeping(STEP, 30, GIB), clock)
    with pytest.raises(MetricSourceError) as failure:
        await fill(store, clock, 30)
    assert failure.value.details["source"] == "embedded"
    await store.close()


async def test_the_error_rate_is_a_share_of_the_requests(store: EmbeddedMetricStore, clock: ManualClock) -> None:
    now = clock.now().timestamp()
    for requests, errors in ((10.0, 1.0), (0.0, 0.0), (40.0, 0.0)):
        measured = [((WEB, Signal.REQUEST_RATE), requests), ((WEB, Signal.ERRORS), errors)]
        await store.add(clock.now().timestamp(), "c1", measured)
        clock.advance(STEP)
    source = EmbeddedMetrics(store, lambda _cluster, _signal: None)
    fine = await source.read(Signal.ERROR_RATE, WEB, Window(now, now + 90), STEP)
    assert fine.values == pytest.approx([10.0, np.nan, 0.0], nan_ok=True)
    assert (fine.unit, fine.reason) == ("percent", None)
    whole = await source.read(Signal.ERROR_RATE, WEB, Window(now, now + 90), 90)
    assert whole.known == pytest.approx([2.0])


async def test_a_series_without_values_says_why(store: EmbeddedMetricStore, clock: ManualClock) -> None:
    reasons = {Signal.NETWORK: "grant get on nodes/proxy"}
    source = EmbeddedMetrics(store, lambda _cluster, signal: reasons.get(signal))
    window = Window.until(clock.now().timestamp(), 600)
    assert (await source.read(Signal.NETWORK, WEB, window)).reason == "grant get on nodes/proxy"
    assert (await source.read(Signal.CPU, WEB, window)).reason == "nothing was measured in this time"
