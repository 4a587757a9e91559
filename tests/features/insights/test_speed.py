"""How long the insights of 50 applications take from what the embedded source has kept. Run with `-m long -s`."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore
from hexaops.features.insights.engine import BUSIEST, TOTALS
from hexaops.features.metrics.sources import MetricSources
from tests.living import LivingWorld, living_world

APPLICATIONS = 50
DAYS = 2
STEP_SECONDS = 30
RUNS = 5


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    settings = {"rate_limit_workspace": "100000/minute", "metrics_sampling": False}
    async with living_world(sqlite_url, tmp_path, settings, scenario="generated:1250") as served:
        yield served


async def _fill(world: LivingWorld) -> None:
    """Two days of every signal that insights read, at the sampling's step."""
    source = world.access.get(MetricSources).of("c1")
    store: EmbeddedMetricStore = source._store  # type: ignore[attr-defined]
    applications = (await world.call("GET", "/applications?limit=100")).json()["data"]["applications"]
    assert len(applications) == APPLICATIONS
    keys = [
        (Subject("c1", "Deployment", one["project"], one["name"]), signal)
        for one in applications
        for signal in (*TOTALS.values(), *BUSIEST.values(), Signal.REPLICAS)
    ]
    levels = {Signal.MEMORY: 2.0**28, Signal.MEMORY_BUSIEST_POD: 2.0**28, Signal.REPLICAS: 25.0}
    scale = np.array([levels.get(signal, 0.2) for _, signal in keys])
    dice = np.random.default_rng(5)
    now = int(time.time()) // STEP_SECONDS * STEP_SECONDS
    for number in range(DAYS * 86400 // STEP_SECONDS):
        at = now - DAYS * 86400 + number * STEP_SECONDS
        day = 1 + 0.4 * np.sin(2 * np.pi * at / 86400)
        values = scale * day * dice.uniform(0.9, 1.1, len(keys))
        await store.add(at, "c1", list(zip(keys, values.tolist(), strict=True)))


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_insights_of_fifty_applications(world: LivingWorld) -> None:
    await _fill(world)
    spent = []
    for time_range in ["24h"] * RUNS + ["7d"] * RUNS:
        began, cpu = time.perf_counter(), time.process_time()
        answer = await world.call("POST", "/aiops/insights", {"time_range": time_range})
        spent.append((time.perf_counter() - began, time.process_time() - cpu))
        assert answer.status_code == 200, answer.text
    for label, part in (("24h", spent[:RUNS]), ("7d", spent[RUNS:])):
        first, later = part[0], sorted(part[1:])[(RUNS - 1) // 2]
        sys.stdout.write(
            f"\n{label}: first {first[0]:.2f} s ({first[1]:.2f} CPU-s), "
            f"median of the next {RUNS - 1} {later[0]:.2f} s ({later[1]:.2f} CPU-s)\n"
        )
