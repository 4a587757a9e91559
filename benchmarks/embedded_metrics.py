"""Memory, disk and CPU of the embedded source of metrics at 10,000 pods, for a day of rounds with a restart within.

The rounds are what the sampler hands over: every signal of 400 applications of 25 pods, and those of 110 nodes.
Sampling itself is not measured here.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.quality.outlook import peak_megabytes
from hexaops.backends.metrics.base import Signal, Subject, Window
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore, Keeping
from hexaops.kit.clock import ManualClock

TITLE = "memory and disk of the embedded metrics, 10,000 pods, 24 hours"
PODS_EACH, NODES = 25, 110
STEP = 30
OF_NODES = (Signal.CPU, Signal.MEMORY, Signal.NETWORK, Signal.STORAGE, Signal.VOLUME_USAGE)
COUNTS = frozenset({Signal.RESTARTS, Signal.REPLICAS, Signal.REPLICAS_WANTED})
KEEPING = Keeping(step_seconds=STEP, days=30.0, size_bytes=2**31)


def run(options: Sequence[str]) -> bool:
    """Print the figures; there is no bar."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--hours", type=int, default=24)
    chosen = parser.parse_args(options)
    asyncio.run(_measure(chosen.pods, chosen.hours))
    return True


async def _measure(pods: int, hours: int) -> None:
    keys = _keys(pods // PODS_EACH)
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    midnight = int(clock.now().timestamp())
    dice = np.random.default_rng(4)
    steady = np.array([signal in COUNTS for _, signal in keys])
    level = np.where(steady, PODS_EACH, dice.uniform(0.1, 1e6, len(keys)))
    gc.collect()
    before, began = _megabytes(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedMetricStore(Path(folder), KEEPING, clock)
        rounds = hours * 3600 // STEP
        for number in range(rounds + 1):  # the last one is of the next day: it closes this one
            at = midnight + number * STEP
            moving = level * (1 + 0.3 * np.sin(at / 13_750)) * dice.uniform(0.9, 1.1, len(keys))
            values = np.where(steady, level, moving)
            await store.add(at, "c1", list(zip(keys, values.tolist(), strict=True)))
            clock.advance(STEP)
            if number == rounds // 2:
                await store.close()
                store = EmbeddedMetricStore(Path(folder), KEEPING, clock)
        spent, after = time.process_time() - began, _megabytes()
        read = await _read(store, keys, midnight + hours * 3600)
        used = await store.used_bytes()
        size = _size(Path(folder))
        await store.close()
    print(f"{pods} pods in {pods // PODS_EACH} applications, {NODES} nodes: {len(keys)} series")
    print(f"  {rounds} rounds of {STEP} s")
    print(f"  memory {after - before:.0f} MB more than before, {peak_megabytes():.0f} MB at most in the whole process")
    print(f"  disk {size / 2**20:.0f} MB ({used / 2**20:.0f} MB used), {used / len(keys) / rounds:.2f} B a value")
    print(f"  CPU {spent:.1f} s, {spent / hours / 3600:.3%} of a core; restarted after {hours / 2:g} h")
    print(f"  an hour of one series read back in {read * 1000:.1f} ms")


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.iterdir())


async def _read(store: EmbeddedMetricStore, keys: Sequence[tuple[Subject, Signal]], end: int) -> float:
    """The median time of reading; a gap would be a fault of the store."""
    took = []
    for subject, signal in keys[:: len(keys) // 50]:
        began = time.perf_counter()
        _, values = await store.read(subject, signal, Window.until(end, 3600.0), STEP)
        took.append(time.perf_counter() - began)
        assert np.isfinite(values).all(), f"{subject} {signal} has gaps"
    return float(np.median(took))


def _keys(applications: int) -> list[tuple[Subject, Signal]]:
    apps = [Subject("c1", "Deployment", f"team-{number % 20}", f"app-{number}") for number in range(applications)]
    nodes = [Subject("c1", "Node", "", f"node-{number}") for number in range(NODES)]
    return [
        *((one, signal) for one in apps for signal in Signal),
        *((one, signal) for one in nodes for signal in OF_NODES),
    ]


def _megabytes() -> float:
    """What this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
