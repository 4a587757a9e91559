"""The embedded log store beside VictoriaLogs, on the same lines, in the same run.

Lines come from a generator script (`--generator`): N lines of a day as JSON lines, and a list of ids that occur.
Ours is pushed to through the service's own code (parsed, cleaned, flushed before each acknowledgement); VictoriaLogs is
fed over HTTP in the same batches. CPU is of all threads, the peer's with that of its client. Bars are ratios, as they
hold on a busy machine too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.logstore import ours, victoria
from testenv.logengines import victorialogs

TITLE = "logs stored and searched, beside VictoriaLogs (full size: -- --lines 3000000)"
SCRIPT = "loggen.py"
GENERATOR = Path("../shared/tools")
LEAST_GAIN: Mapping[str, float] = {"full": 10, "Q1": 20, "Q2": 8, "Q4": 25, "Q5": 3}
"""The peer's CPU is at least so many times ours."""
MOST_DISK, MOST_INGEST_CPU, MOST_RSS_MB = 2.5, 2.5, 300.0


def run(options: Sequence[str]) -> bool:
    """Print the tables; whether the bars were met."""
    parser = argparse.ArgumentParser(prog="logs")
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument(
        "--generator", type=Path, default=GENERATOR, help=f"script that writes the lines, or its folder ({SCRIPT})"
    )
    parser.add_argument("--victoria", type=Path, help="a built victoria-logs; unset: built from the Go module proxy")
    given = parser.parse_args(options)
    script: Path = given.generator / SCRIPT if given.generator.is_dir() else given.generator
    if not script.is_file():
        print(f"skipped: there is no generator at {script.absolute()}; name it: --generator FOLDER (make: DATA=FOLDER)")
        return True
    binary = given.victoria or victorialogs.build()
    with tempfile.TemporaryDirectory(prefix="hexaops-logs-") as folder:
        file = Path(folder) / "lines.ndjson"
        made = [sys.executable, str(script), str(given.lines), str(file)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 # the script that was named
        own = _ours("ingest", Path(folder), file), _ours("query", Path(folder), file)
        if binary is None:
            print("VictoriaLogs cannot be built here (Go is missing): without the peer")
            print(json.dumps(own, indent=1))
            return True
        peer = _peer(binary, Path(folder), file, given.lines)
    return _judged(own, peer)


def _ours(what: str, folder: Path, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.logstore.ours", what, str(folder / "ours"), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 # our own module
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _peer(binary: Path, folder: Path, file: Path, lines: int) -> tuple[dict[str, float], dict[str, Any], float]:
    traces = tuple(json.loads(file.with_name(f"{file.name}.queries.json").read_text())["trace_ids"])
    with victoria.serving(binary, folder / "victoria") as server:
        stored = victoria.ingest(server, ours.batches(file), lines)
        return stored, victoria.query(server, traces), server.rss_mb()


def _judged(own: tuple[dict[str, Any], dict[str, Any]], peer: tuple[dict[str, float], dict[str, Any], float]) -> bool:
    stored, asked = own
    peer_stored, peer_asked, peer_rss = peer
    print(f"{stored['lines']:,} lines, VictoriaLogs {victorialogs.VERSION}")
    print(f"{'':24}{'hexaops':>12}{'peer':>12}{'ratio':>9}")
    met = True
    for key, most in (("lines_per_second", None), ("cpu_us_per_line", MOST_INGEST_CPU), ("bytes_per_line", MOST_DISK)):
        ratio = stored[key] / peer_stored[key]
        good = most is None or ratio <= most
        met = met and good
        print(f"{key:24}{stored[key]:12,.1f}{peer_stored[key]:12,.1f}{ratio:9.2f}{'' if good else f'  > {most}'}")
    print(f"{'peak RSS, ingest, MB':24}{stored['peak_rss_mb']:12,.0f}")
    good = asked["rss_mb"] <= MOST_RSS_MB
    met = met and good
    print(f"{'peak RSS, queries, MB':24}{asked['rss_mb']:12,.0f}{peer_rss:12,.0f}{'' if good else '  > 300'}")
    print(f"\n{'CPU ms a query':24}{'hexaops':>12}{'peer':>12}{'gain':>9}{'p50 ms':>9}{'p95 ms':>9}{'hits':>14}")
    for kind, found in asked["classes"].items():
        theirs = peer_asked[kind]
        gain, least = theirs["cpu_ms"] / found["cpu_ms"], LEAST_GAIN.get(kind, 0)
        met = met and gain >= least
        hits = f"{found['hits']:,.0f}/{theirs['hits']:,.0f}"
        print(
            f"{kind:24}{found['cpu_ms']:12.2f}{theirs['cpu_ms']:12.1f}{gain:8.0f}x{found['p50_ms']:9.1f}"
            f"{found['p95_ms']:9.1f}{hits:>14}{'' if gain >= least else f'  < {least}'}"
        )
    return met
