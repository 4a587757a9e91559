"""Our store in a process of its own: `python -m benchmarks.logstore.ours ingest|query FOLDER FILE` prints JSON."""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.logstore.queries import LEVELS, Case, cases
from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.backends.logstores.query.parser import parse
from hexaops.features.access.authorize import Authorizer, Grant
from hexaops.features.access.caller import Caller
from hexaops.features.access.principal import Principal
from hexaops.features.logs.pushing import LogPushService
from hexaops.features.logs.views import aggregations_view, line_views, pattern_views
from hexaops.kit.clock import ManualClock
from hexaops.kit.memory import bound_allocator, collect_seldom, freeze_held_memory
from hexaops.kit.timeout import Timeout
from hexaops.responses import encode

BATCH = 1000
FENCE = frozenset({"ws-001"})


class Anywhere(Authorizer):
    """Lets the benchmark's account into every workspace of the generator."""

    def __init__(self) -> None:
        pass

    async def enter(self, principal: Principal, workspace_id: str | None) -> Grant:
        del principal, workspace_id
        return Grant(None, frozenset({"logs:push:json"}))


def main(what: str, folder: Path, file: Path) -> None:
    """Do it and print what it took, with memory managed as in the service."""
    bound_allocator()
    freeze_held_memory()
    collect_seldom()
    print(json.dumps(asyncio.run({"ingest": ingest, "query": query}[what](folder, file))))


def _store(folder: Path) -> EmbeddedLogStore:
    clock = ManualClock(datetime(2024, 1, 21, tzinfo=UTC))
    return EmbeddedLogStore(folder, TemplateMiner(), Retention(14, 1 << 40), clock)


async def ingest(folder: Path, file: Path) -> dict[str, Any]:
    """Push the file in batches as a shipper does, each acknowledged before the next is sent."""
    store = _store(folder)
    await store.ensure_open()
    pushes = LogPushService(store, Anywhere(), ManualClock(datetime(2024, 1, 21, tzinfo=UTC)))
    caller = Caller(Principal("service", "sa", "bench"), None, frozenset(), "req", "127.0.0.1")
    cpu, wall, lines = time.process_time(), time.monotonic(), 0
    for body in batches(file):
        lines += (await pushes.push(caller, "ndjson", body, "")).accepted
    await store.close()
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    size = size_of(folder)
    return {
        "lines": lines, "lines_per_second": lines / wall, "cpu_us_per_line": cpu / lines * 1e6,
        "bytes_per_line": size / lines, "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def size_of(folder: Path) -> int:
    """Bytes of all files."""
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


def batches(file: Path) -> Iterator[bytes]:
    batch: list[bytes] = []
    with file.open("rb") as source:
        for line in source:
            batch.append(line)
            if len(batch) == BATCH:
                yield b"".join(batch)
                batch.clear()
    if batch:
        yield b"".join(batch)


async def query(folder: Path, file: Path) -> dict[str, Any]:
    """CPU and wall time of every class, after one round that warms up."""
    store = _store(folder)
    await store.ensure_open()
    traces = tuple(json.loads(file.with_name(f"{file.name}.queries.json").read_text())["trace_ids"])
    found: dict[str, dict[str, list[float]]] = {}
    for measured in (False, True, True):
        for case in cases(traces):
            kinds = ("Q3", "Q4", "full") if case.name == "Q3" else (case.name,)
            for kind in kinds:
                cpu, wall = time.process_time(), time.monotonic()
                hits = await _ask(store, case, kind)
                if measured:
                    into = found.setdefault(kind, {"cpu_ms": [], "wall_ms": [], "hits": []})
                    into["cpu_ms"].append((time.process_time() - cpu) * 1000)
                    into["wall_ms"].append((time.monotonic() - wall) * 1000)
                    into["hits"].append(hits)
    await store.close()
    classes = {kind: {**_summed(values), "hits": statistics.mean(values["hits"])} for kind, values in found.items()}
    return {"classes": classes, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


async def _ask(store: EmbeddedLogStore, case: Case, kind: str) -> int:
    begin, end = (int(time.timestamp()) * 1_000_000 for time in case.range)
    asked = LogQuery(
        expression=parse(case.ours), start_us=begin, end_us=end, workspaces=FENCE,
        levels=frozenset(LEVELS) if case.filtered else frozenset(), limit=1 if kind == "Q4" else case.limit,
        aggregate=kind in {"Q4", "full"},
    )  # fmt: skip
    answer = await store.query(asked, Timeout(60))
    if kind == "full":
        counts = answer.aggregations
        assert counts is not None
        encode(line_views(answer.rows, asked.expression, highlight=True))
        encode(aggregations_view(counts))
        encode(pattern_views(counts.patterns or ()))
    return answer.total


def _summed(values: dict[str, list[float]]) -> dict[str, float]:
    wall = sorted(values["wall_ms"])
    return {"cpu_ms": statistics.median(values["cpu_ms"]), "p50_ms": statistics.median(wall),
            "p95_ms": wall[int(len(wall) * 0.95)]}  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
