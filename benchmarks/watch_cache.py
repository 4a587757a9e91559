"""Listing, holding and watching many pods: the service's watch cache beside the official client.

Each runs in a process of its own, in turns, against a server in a third one. Bars on the ratio decide the exit status,
because they hold on a busy machine too; the absolute bars are shown beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

TITLE = "10,000 pods listed, held and watched, beside the official Kubernetes client"


@dataclass(frozen=True)
class Figure:
    """One line of the table: a key of the clients' answers, its unit and its bars."""

    key: str
    title: str
    unit: str
    factor: float
    most: float
    """Absolute bar, in the unit."""
    least_ratio: float
    """How many times the official client needs, at least."""


FIGURES = (
    Figure("list_cpu_seconds", "list and hold", "CPU-s", 1.0, 0.7, 15.0),
    Figure("held_bytes_per_pod", "held", "KB RSS/pod", 1 / 1024, 4.0, 15.0),
    Figure("event_cpu_seconds", "watch event", "µs CPU", 1e6, 60.0, 10.0),
)


def run(options: Sequence[str]) -> bool:
    """Measure, print, and say whether every bar on a ratio was met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks watch_cache --")
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=2)
    chosen = parser.parse_args(options)
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "official": []}
    print(f"generating {chosen.pods:,} pods …", flush=True)
    with _server(chosen.pods, chosen.events) as server:
        print(f"{server['bytes'] / 1e6:.1f} MB of JSON; load average {os.getloadavg()[0]:.1f}", flush=True)
        for number in range(1, chosen.rounds + 1):
            for who, results in found.items():
                figures = _measure(who, server["url"], chosen.events)
                assert figures["pods"] == chosen.pods
                results.append(figures)
                print(f"round {number}, {who}: {_short(figures)}", flush=True)
    return _report(found["ours"], found["official"])


@contextmanager
def _server(pods: int, events: int) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.pods.server", "--pods", str(pods), "--events", str(events)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own module
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def _measure(who: str, url: str, events: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.pods.clients", who, url, str(events)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  # our own module
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _short(figures: dict[str, Any]) -> str:
    return (
        ", ".join(f"{figures[figure.key] * figure.factor:.2f} {figure.unit}" for figure in FIGURES)
        + f", peak {figures['peak_bytes'] / 1e6:.0f} MB"
    )


def _report(ours: list[dict[str, Any]], official: list[dict[str, Any]]) -> bool:
    print(f"\n{'median of ' + str(len(ours)):14} {'hexaops':>10} {'bar':>8} {'kubernetes':>11} {'ratio':>7} {'bar':>6}")
    met = True
    for figure in FIGURES:
        own = statistics.median(result[figure.key] for result in ours) * figure.factor
        other = statistics.median(result[figure.key] for result in official) * figure.factor
        ratio = other / own if own > 0 else float("inf")
        met = met and ratio >= figure.least_ratio
        print(
            f"{figure.title:14} {own:10.2f} {figure.most:6.1f}{_mark(own <= figure.most)}"
            f" {other:11.2f} {ratio:6.1f}x {figure.least_ratio:4.0f}x{_mark(ratio >= figure.least_ratio)}"
            f"  {figure.unit}"
        )
    return met


def _mark(met: bool) -> str:
    return " ✓" if met else " ✗"
