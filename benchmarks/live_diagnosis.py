"""CPU of a diagnosis of 10,000 generated pods: pages decoded, the snapshot made, the rules run."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from benchmarks.pods.server import make_pages
from hexaops.analysis.diagnosis import Snapshot, diagnose
from hexaops.analysis.insights.hardening import posture_of
from hexaops.features.diagnosis.kinds import BUILT_IN
from hexaops.features.diagnosis.listing import decoded_page
from hexaops.kit.garbage import collection_paused
from simulator.clock import SimulationClock
from simulator.store import Store
from simulator.world.scenarios.generated import generate

TITLE = "diagnosis of a large cluster, by CPU seconds"
BAR_SECONDS = 2.0
T = TypeVar("T")


def run(options: Sequence[str]) -> bool:
    """Print the parts; whether the bar is met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pods", type=int, default=10_000)
    pods = parser.parse_args(options).pods
    clock = SimulationClock()
    store = Store(clock)
    generate(store, pods=pods)
    pages = {kind: make_pages(store.list(kind.plural), store.resource_version) for kind in BUILT_IN}
    now = clock.now().timestamp()
    spent: dict[str, float] = {}
    with collection_paused():
        objects = _timed(
            spent,
            "decode",
            lambda: [one for kind in pages for page in pages[kind] for one in decoded_page(page, kind)[0]],
        )
        snapshot = _timed(spent, "index", lambda: Snapshot(now, objects, unread=frozenset({"Secret", "ConfigMap"})))
        found = _timed(spent, "rules", lambda: diagnose(snapshot))
        _timed(spent, "posture", lambda: posture_of(snapshot))
    total = sum(spent.values())
    print(f"objects {len(objects)}, findings {len(found)}")
    for name, seconds in spent.items():
        print(f"  {name:8} {seconds:.2f} CPU-s")
    print(f"  {'all':8} {total:.2f} CPU-s  (bar {BAR_SECONDS:.0f})")
    return total <= BAR_SECONDS


def _timed(spent: dict[str, float], name: str, work: Callable[[], T]) -> T:
    began = time.process_time()
    done = work()
    spent[name] = time.process_time() - began
    return done
