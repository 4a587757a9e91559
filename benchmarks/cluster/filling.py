"""Filling a client with all pods: the service's watch cache, the official client and kubectl, in turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.cluster.bars import Bars
from testenv.harness.control_plane import ControlPlane

LEAST_RATIO = 12.0
MOST_HELD_MB = 30.0
WHO = ("hexaops", "kubernetes", "kubectl")
Figures = dict[str, Any]


def measure_filling(plane: ControlPlane, pods: int, rounds: int, bars: Bars) -> None:
    """Each in a process of its own, interleaved, so that a busy machine is busy for all of them."""
    found: dict[str, list[Figures]] = {who: [] for who in WHO}
    for number in range(1, rounds + 1):
        for who, results in found.items():
            figures = _kubectl(plane) if who == "kubectl" else _client(plane, who)
            assert figures["pods"] >= pods, figures
            results.append(figures)
            held = "" if who == "kubectl" else f", held {figures['held_bytes'] / 1e6:.1f} MB"
            print(
                f"round {number}, {who:10} {figures['cpu_seconds']:6.2f} CPU-s{held}, "
                f"peak {figures['peak_bytes'] / 1e6:.0f} MB, load average {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    cpu = {who: statistics.median(one["cpu_seconds"] for one in results) for who, results in found.items()}
    ratio = {who: cpu[who] / cpu["hexaops"] for who in WHO}
    held_mb = statistics.median(one["held_bytes"] for one in found["hexaops"]) / 1e6
    other_mb = statistics.median(one["held_bytes"] for one in found["kubernetes"]) / 1e6
    print(
        f"CPU of filling: hexaops {cpu['hexaops']:.2f} s, official client {ratio['kubernetes']:.1f}x, "
        f"kubectl get pods -A {ratio['kubectl']:.1f}x; held: official client {other_mb / held_mb:.1f}x"
    )
    bars.least("official client's CPU over ours", ratio["kubernetes"], LEAST_RATIO, "x")
    bars.most(f"held for {pods:,} pods", held_mb, MOST_HELD_MB, "MB RSS")


def _client(plane: ControlPlane, who: str) -> Figures:
    which = "ours" if who == "hexaops" else "official"
    command = [sys.executable, "-m", "benchmarks.cluster.clients", which, str(plane.kubeconfig)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 # our own module
    found: Figures = json.loads(done.stdout)
    return found


def _kubectl(plane: ControlPlane) -> Figures:
    """`kubectl get pods -A`, which asks the server for a table instead of the pods."""
    command = [str(plane.programs / "kubectl"), "--kubeconfig", str(plane.kubeconfig), "get", "pods", "-A"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 # our own kubectl
        assert process.stdout is not None
        lines = sum(1 for _ in process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return {"pods": lines - 1, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024}
