"""VictoriaLogs beside us: fed and asked over HTTP.

Its CPU is that of the server process and of the client that reads its answers.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.logstore.ours import size_of
from benchmarks.logstore.queries import LEVELS, WORKSPACE, Case, cases
from testenv.logengines import victorialogs

TICKS = os.sysconf("SC_CLK_TCK")
MOST_SETTLING_SECONDS = 300
QUIET_SECONDS = 5
IDLE_SHARE = 0.05
"""Of a core: what it takes with nothing to do."""
INSERT = "/insert/jsonline?_stream_fields=workspace_id,component,pod&_time_field=timestamp&_msg_field=message"


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    client: httpx2.Client
    folder: Path

    def cpu(self) -> float:
        """CPU seconds of the server and of this process."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS + time.process_time()

    def rss_mb(self) -> float:
        """Resident memory of the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def serving(binary: Path, folder: Path) -> Iterator[Server]:
    """A server on an empty folder."""
    with (
        victorialogs.serving(binary, folder) as server,
        httpx2.Client(base_url=server.url, timeout=120) as client,
    ):
        yield Server(server.process, client, folder)


def ingest(server: Server, batches: Iterator[bytes], lines: int) -> dict[str, float]:
    """Insert all batches, flush, let the merges end."""
    cpu, wall = server.cpu(), time.monotonic()
    for body in batches:
        server.client.post(INSERT, content=body).raise_for_status()
    wall = time.monotonic() - wall
    server.client.get("/internal/force_flush")
    server.client.get("/internal/force_merge")
    _settle(server)
    cpu = server.cpu() - cpu
    size = size_of(server.folder)
    return {"lines_per_second": lines / wall, "cpu_us_per_line": cpu / lines * 1e6, "bytes_per_line": size / lines}


def _settle(server: Server) -> None:
    """Wait until the server stands still: merges run in the background and say nothing when they end."""
    until, still = time.monotonic() + MOST_SETTLING_SECONDS, 0
    while still < QUIET_SECONDS and time.monotonic() < until:
        before = server.cpu()
        time.sleep(1)
        still = still + 1 if server.cpu() - before < IDLE_SHARE else 0


def query(server: Server, traces: tuple[str, ...]) -> dict[str, Any]:
    """CPU and wall time of every class, after one round that warms up."""
    found: dict[str, dict[str, list[float]]] = {}
    for measured in (False, True, True):
        for case in cases(traces):
            kinds = ("Q3", "Q4", "full") if case.name == "Q3" else (case.name,)
            for kind in kinds:
                cpu, wall = server.cpu(), time.monotonic()
                hits = _ask(server, case, kind)
                if measured:
                    into = found.setdefault(kind, {"cpu_ms": [], "wall_ms": [], "hits": []})
                    into["cpu_ms"].append((server.cpu() - cpu) * 1000)
                    into["wall_ms"].append((time.monotonic() - wall) * 1000)
                    into["hits"].append(hits)
    # The kernel counts CPU in hundredths of a second, so a class is judged by its mean.
    return {
        kind: {"cpu_ms": statistics.mean(values["cpu_ms"]), "p50_ms": statistics.median(values["wall_ms"]),
               "hits": statistics.mean(values["hits"])}
        for kind, values in found.items()
    }  # fmt: skip


def _ask(server: Server, case: Case, kind: str) -> int:
    begin, end = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in case.range)
    text = f"_time:[{begin}, {end}) {case.theirs}"
    if case.filtered:
        text += f" level:in({','.join(LEVELS)})"
    total = 0
    if kind != "Q4":
        rows = _lines(server, text, limit=str(case.limit))
        total = int(_lines(server, f"{text} | stats count() n")[0]["n"])
        assert len(rows) == min(total, case.limit)
    if kind in {"Q4", "full"}:
        counted = _lines(server, f"{text} | stats by (component, level, _time:15m) count() n")
        total = sum(int(one["n"]) for one in counted)
    if kind == "full":
        _lines(server, f"{text} | collapse_nums prettify | top 20 by (_msg)")
    return total


def _lines(server: Server, text: str, **more: str) -> Sequence[dict[str, Any]]:
    fence = json.dumps({"workspace_id": WORKSPACE})
    answer = server.client.post("/select/logsql/query", data={"query": text, "extra_filters": fence, **more})
    answer.raise_for_status()
    return [json.loads(line) for line in answer.text.splitlines()]
