"""The figures on a real Kubernetes control plane: `python -m benchmarks control_plane [-- --pods 10000 --folder DIR]`.

Starts its own control plane in a temporary folder and fills it (minutes), then measures, in one run: filling beside the
official client and kubectl, the whole service, and what the cache holds after a mass restart, a killed API server and a
compacted store. Everything that it started is ended by process id. Without the binaries it says how to get them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cluster.bars import Bars
from benchmarks.cluster.filling import measure_filling
from benchmarks.cluster.recovery import measure_recovery
from benchmarks.cluster.service import measure_service
from benchmarks.cluster.world import PODS_PER_DEPLOYMENT, application_names, programs_missing, running_world, world
from testenv.harness.control_plane import ControlPlane

TITLE = "A real control plane with 10,000 pods: filling, the service, and recovery"
PARTS = ("filling", "service", "restart", "killed", "compacted")


def run(options: Sequence[str]) -> bool:
    """Measure, print, and say whether every bar was met; skipped, and so met, where it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks control_plane --")
    parser.add_argument("--pods", type=int, default=10_000, help=f"a multiple of {PODS_PER_DEPLOYMENT}")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--group", type=int, default=40, help="Deployments that are restarted at once")
    parser.add_argument("--folder", type=Path, help="of the control plane's state [a temporary one]")
    parser.add_argument("--running", action="store_true", help="the folder's control plane runs and is filled already")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    chosen = parser.parse_args(options)
    if missing := programs_missing():
        print(f"skipped: {missing}")
        return True
    bars = Bars()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary) / "plane"
        with running_world(folder) if chosen.running else world(folder, chosen.pods) as plane:
            _measure(plane, Path(temporary), chosen, bars)
    print("\n" + "\n".join(bars.lines))
    return bars.met


def _measure(plane: ControlPlane, temporary: Path, chosen: argparse.Namespace, bars: Bars) -> None:
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}, {moment}\n", flush=True)
    if "filling" in chosen.parts:
        measure_filling(plane, chosen.pods, chosen.rounds, bars)
    if "service" in chosen.parts:
        measure_service(plane, temporary, pods=chosen.pods, questions=chosen.questions, bars=bars)
    asyncio.run(measure_recovery(plane, application_names(chosen.pods), chosen.group, parts=chosen.parts, bars=bars))
