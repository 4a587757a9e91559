"""Logs of 10,000 pods followed by the service's own collector, from an API server in a process of its own to the disk.

Pods write while the collector reads. The first two minutes, in which every pod is read for the first time, do not count
in delays and CPU, but in everything else. One pod a second changes in the watch cache. When the pods stop, the
collector reads on until everything is stored. Each line has a number, so what is lost or repeated is counted by pod and
the store is asked for its total. CPU, memory and delays are of the collecting process alone, all its threads.

Bounds: 0 lines lost, 0 repeated; at most 10 connections; at most 150 MB more memory than before the first read; no
container has more waiting than 5 MiB, half of what a kubelet keeps. The exit status is 1 when one is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.pods.clients import Meter, resident_bytes
from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.decoding import decoder_for
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.backends.logstores.base import LogQuery, LogStoreError
from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.backends.logstores.lines import LogLine
from hexaops.features.access.tenancy import Workspace, WorkspacePolicy
from hexaops.features.logs.collecting import LogCollector
from hexaops.features.logs.schedule import ROUND_SECONDS
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.kit.clock import SystemClock
from hexaops.kit.memory import bound_allocator, freeze_held_memory
from hexaops.kit.timeout import Timeout

TITLE = "10,000 pods' logs followed at 2,000 lines a second (short: -- --pods 1000 --seconds 30)"
NAMESPACES = 10
MOST_CONNECTIONS, MOST_GROWTH_MB, MOST_WAITING_BYTES = 10, 150, 5 * 1024 * 1024
DRAIN_SECONDS = 600
NUMBER = re.compile(r"seq (\d+)")


@dataclass
class Ledger:
    """What was stored: the next number of each pod, what came out of turn, and how late each line was."""

    pods: int
    expected: array[int] = field(init=False)
    skipped: int = 0
    repeated: int = 0
    begun: float = float("inf")
    """Delays of earlier lines are not kept: every pod is read for the first time then."""
    stored: int = 0
    delays: array[float] = field(default_factory=lambda: array("f"))

    def __post_init__(self) -> None:
        self.expected = array("q", [0]) * self.pods

    def take(self, lines: Sequence[LogLine]) -> None:
        """Lines that are safe, on the writing thread."""
        now = time.time()
        for line in lines:
            found = NUMBER.search(line.message)
            assert found is not None, line
            pod, number = int(line.pod.rpartition("-")[2]), int(found[1])
            self.skipped += max(0, number - self.expected[pod])
            self.repeated += number < self.expected[pod]
            self.expected[pod] = max(self.expected[pod], number + 1)
            self.stored += 1
            if line.time_us / 1e6 >= self.begun:
                self.delays.append(now - line.time_us / 1e6)


class FixedDirectory(WorkspaceDirectory):
    """One workspace a namespace."""

    def __init__(self, cluster_id: str) -> None:
        self._all = [
            Workspace(
                id=f"ws-{number}", name="", plan="shared", cluster_id=cluster_id, status="active",
                namespaces={f"team-{number}"}, excluded=set(), policy=WorkspacePolicy(), timezone="UTC",
                created_at=datetime.now(UTC),
            )
            for number in range(NAMESPACES)
        ]  # fmt: skip

    async def list_all(self) -> list[Workspace]:
        return [*self._all]


def run(options: Sequence[str]) -> bool:
    """Measure, print, and say whether every bound was kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks log_following --")
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--warm", type=int, default=120, help="seconds of writing before the measured ones")
    parser.add_argument("--lines", type=int, default=2000, help="a second, of all pods together")
    parser.add_argument("--requests", type=float, help="a second; by default what the service takes for so many pods")
    given = parser.parse_args(options)
    bound_allocator()
    print(f"{given.pods:,} pods, {given.lines:,} lines/s for {given.warm} + {given.seconds} s; {_load()}", flush=True)
    with _server(given.pods, given.lines) as url, tempfile.TemporaryDirectory(prefix="hexaops-following-") as folder:
        return asyncio.run(_measured(given, url, Path(folder)))


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


@contextmanager
def _server(pods: int, lines: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.pods.log_server", "--pods", str(pods), "--lines", str(lines)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 # our own module
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait()


async def _measured(given: argparse.Namespace, url: str, folder: Path) -> bool:
    client = KubernetesClient(KubernetesHttp(ClusterConnection.from_server(url)))
    cluster = Cluster(named=ClusterName("bench", "benchmark"), reader=client, kinds=("Pod", "ReplicaSet"))
    _fill(cluster, given.pods)
    ledger = Ledger(given.pods)
    store = EmbeddedLogStore(folder, TemplateMiner(), Retention(14, 1 << 40), SystemClock(), ledger.take)
    await store.ensure_open()
    collector = LogCollector(
        Clusters([cluster]), FixedDirectory(cluster.id), store, SystemClock(), audience=(), per_second=given.requests
    )
    job = Periodic("log-collection", collector.round, ROUND_SECONDS, expected=(LogStoreError,))
    freeze_held_memory()
    before, peak = resident_bytes(), resident_bytes()
    tasks = [asyncio.create_task(job.repeat(SystemClock())), asyncio.create_task(_change(cluster))]
    await _ask(url, "begin")
    await asyncio.sleep(given.warm)
    earlier, stored = await _ask(url, "figures"), ledger.stored
    ledger.begun = time.time()
    meter, started = Meter(), time.monotonic()
    while time.monotonic() < started + given.seconds:
        await asyncio.sleep(1)
        peak = max(peak, resident_bytes())
    elapsed = time.monotonic() - started
    cpu, stored = meter.cpu_seconds() / elapsed, ledger.stored - stored
    await _ask(url, "end")
    ended = time.monotonic()
    figures = await _ask(url, "figures")
    reads = (figures["requests"] - earlier["requests"]) / elapsed
    while ledger.stored < sum(figures["lines"]) and time.monotonic() < ended + DRAIN_SECONDS:
        await asyncio.sleep(1)
        peak = max(peak, resident_bytes())
    drained = time.monotonic() - ended
    await asyncio.sleep(2 * ROUND_SECONDS)  # what is read again now would be a repetition
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    total = await _total(store)
    await store.close()
    await cluster.stop()
    print(f"cpu {cpu:.1%} of a core, {reads:.0f} requests/s, {stored / elapsed:,.0f} lines/s stored")
    print(f"all was stored {drained:.0f} s after the last line was written")
    return _judged(await _ask(url, "figures"), ledger, total, (peak - before) / 1e6)


def _judged(figures: dict[str, Any], ledger: Ledger, total: int, growth: float) -> bool:
    delays = sorted(ledger.delays)
    ends = zip(figures["lines"], ledger.expected, strict=True)
    lost = ledger.skipped + sum(lines - stored for lines, stored in ends)
    written = sum(figures["lines"])
    print(
        f"delay from written to stored: p50 {_part(delays, 0.5):.1f} s, p95 {_part(delays, 0.95):.1f} s,"
        f" longest {delays[-1]:.1f} s; {_load()}"
    )
    bounds: Sequence[tuple[str, float, float]] = (
        ("lines lost", lost, 0),
        ("lines repeated", ledger.repeated, 0),
        ("lines written, but not in the store's total", abs(written - total), 0),
        ("connections at once", figures["most_open"], MOST_CONNECTIONS),
        ("memory over the beginning, MB", growth, MOST_GROWTH_MB),
        ("bytes of one container that waited", figures["most_waiting"], MOST_WAITING_BYTES),
    )
    print(f"{written:,} lines written by {sum(one > 0 for one in figures['lines']):,} of {ledger.pods:,} pods")
    for title, value, most in bounds:
        print(f"{title:46} {value:12,.0f}  ≤ {most:,}{' ✓' if value <= most else ' ✗'}")
    return all(value <= most for _, value, most in bounds)


def _part(values: Sequence[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))]


async def _total(store: EmbeddedLogStore) -> int:
    now = int(time.time() * 1e6)
    every = frozenset(f"ws-{number}" for number in range(NAMESPACES))
    wanted = LogQuery(
        expression=None, start_us=now - 86_400_000_000, end_us=now, workspaces=every, limit=1, aggregate=False
    )
    return (await store.query(wanted, Timeout(60))).total


def _fill(cluster: Cluster, pods: int) -> None:
    """The pods as their reflector would take them from a list."""
    items = [_pod(number) for number in range(pods)]
    body = {"metadata": {"resourceVersion": "1"}, "items": items}
    cluster.cache.publish(cluster.cache.table("Pod").replace(decoder_for("Pod").page(json.dumps(body).encode()).rows))


def _pod(number: int, version: int = 1) -> dict[str, Any]:
    owner = f"web-{number // 20}-5d8c7b9f4"
    meta = {
        "name": f"{owner}-{number}", "namespace": f"team-{number % NAMESPACES}", "resourceVersion": str(version),
        "uid": f"0b7c2a5e-4d1f-4b7e-9c1a-{number:012d}",
        "ownerReferences": [{"kind": "ReplicaSet", "name": owner, "uid": f"uid-of-{owner}", "controller": True}],
    }  # fmt: skip
    statuses = [{"name": "app", "ready": True, "restartCount": 0}]
    conditions = [{"type": "Ready", "status": "True"}]
    return {
        "metadata": meta, "spec": {"containers": [{"name": "app", "image": "web:1"}]},
        "status": {"phase": "Running", "conditions": conditions, "containerStatuses": statuses},
    }  # fmt: skip


async def _change(cluster: Cluster) -> None:
    """A pod a second has another version, as in a cluster where something always happens."""
    table, version = cluster.cache.table("Pod"), 1
    for row in cluster.cache.pods():
        await asyncio.sleep(1)
        version += 1
        cluster.cache.publish([table.put(msgspec.structs.replace(row, resource_version=str(version)))])


async def _ask(url: str, what: str) -> dict[str, Any]:
    def ask() -> dict[str, Any]:
        with urllib.request.urlopen(f"{url}/{what}") as answer:  # noqa: S310 # our own server on loopback
            found: dict[str, Any] = json.load(answer)
            return found

    return await asyncio.to_thread(ask)
