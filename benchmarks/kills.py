"""`python -m benchmarks.kills --kills 200 --seed 1 [--database-url URL]`: SIGKILLs amid changes, on a real API server.

Ten applications are restarted, scaled, stopped and started, several at once, by clients that ask again whenever they
get no answer; meanwhile the service is killed at random moments, its start included, and started again. In the end
every accepted change must have ended, and the API server's audit log must hold each one's write once: none lost, none
twice. Not part of `make bench`: it takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.cluster.killed import KilledService
from benchmarks.cluster.moving import Change, Mover
from benchmarks.cluster.server import Server
from benchmarks.cluster.world import programs_missing, running_world, small_world
from benchmarks.cluster.zygote import zygote
from tests.cluster.control_plane import NAMESPACE, SHIPPED, WRITER, ControlPlane, writes
from tests.cluster.service import Identities

APPLICATIONS = ("anchor-log", "beacon-map", "buoy-index", "cargo-plan", "crane-rota", "dock-board", "ferry-desk",
                "harbour-pay", "lock-gate", "pilot-book")  # fmt: skip
SPACE = "quay"
START_SHARE = 0.2
"""Share of kills while the service is starting."""
START_SECONDS = 1.0
LONGEST_SECONDS = 5.0


def main(arguments: list[str]) -> int:
    """Kill, count, print; 1 when something was lost or done twice."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="stop killing after so long")
    parser.add_argument("--database-url", help="PostgreSQL instead of SQLite; an empty database")
    parser.add_argument("--folder", type=Path, help="of a control plane that runs already [one is started]")
    chosen = parser.parse_args(arguments)
    if missing := programs_missing():
        print(f"skipped: {missing}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        temporary = Path(name)
        with running_world(chosen.folder) if chosen.folder else small_world(temporary / "plane") as plane:
            return 0 if run(plane, temporary, chosen) else 1


def run(plane: ControlPlane, temporary: Path, chosen: argparse.Namespace) -> bool:
    """The whole run on a control plane; whether nothing was lost or done twice."""
    prepare(plane)
    position, began = plane.audit_position(), time.monotonic()
    identities = Identities(
        plane.account("hexaops-reader", temporary / "reader"), plane.account("hexaops-writer", temporary / "writer")
    )
    stopping = threading.Event()
    with zygote() as source, KilledService(source, temporary / "home", identities, chosen.database_url) as service:
        service.start()
        service.wait_ready()
        movers = [
            Mover(service.credentials(), Server(plane.kubeconfig), SPACE, name, random.Random(f"{chosen.seed}{name}"))  # noqa: S311 # repeatable
            for name in APPLICATIONS
        ]
        with ThreadPoolExecutor(len(movers)) as threads:
            running = [threads.submit(mover.run, stopping) for mover in movers]
            try:
                kills = kill_often(service, movers, chosen)
            finally:
                stopping.set()
            changes = [change for future in running for change in future.result()]
        valid = service.audit_chain_valid()
    return report(plane, position, changes, kills=kills, valid=valid, seconds=time.monotonic() - began)


def kill_often(service: KilledService, movers: list[Mover], chosen: argparse.Namespace) -> Counter[str]:
    """Kill and start again; how often, and amid what."""
    rng, counts = random.Random(chosen.seed), Counter[str]()  # noqa: S311 # repeatable
    until = time.monotonic() + chosen.minutes * 60
    while counts["kills"] < chosen.kills and time.monotonic() < until:
        starting = rng.random() < START_SHARE
        if not starting:
            service.wait_ready()
        time.sleep(rng.uniform(0.0, START_SECONDS if starting else LONGEST_SECONDS))
        under_way = sum(mover.under_way for mover in movers)
        service.kill()
        counts.update(kills=1, starting=int(starting), amid=int(under_way > 0), under_way=under_way)
        service.start()
        if counts["kills"] % 10 == 0:
            done = sum(mover.ended for mover in movers)
            print(f"{counts['kills']} kills, {done} changes ended, load average {os.getloadavg()[0]:.1f}", flush=True)
    service.wait_ready()
    return counts


def report(  # what a run is judged by
    plane: ControlPlane, position: int, changes: list[Change], *, kills: Counter[str], valid: bool, seconds: float
) -> bool:
    """The table; whether nothing was lost or done twice."""
    entries = plane.audit(WRITER, after=position)
    lost = duplicated = 0
    for name in APPLICATIONS:
        own = [change for change in changes if change.application == name]
        least, most = sum(change.least_writes for change in own), sum(change.most_writes for change in own)
        written = len(writes(entries, name))
        lost += max(0, least - written)
        duplicated += max(0, written - most)
    amid = kills["under_way"] / max(1, kills["kills"])
    print(f"\n{kills['kills']} SIGKILLs in {seconds / 60:.1f} min, {kills['starting']} during the start; "
          f"{kills['amid']} amid changes, {amid:.1f} under way on average")  # fmt: skip
    print(f"{'change':22}{'accepted':>9}{'completed':>10}{'failed':>8}{'cancelled':>10}{'open':>6}")
    for action in sorted({change.action for change in changes}):
        statuses = Counter(change.status for change in changes if change.action == action)
        open_ = sum(statuses.values()) - statuses["completed"] - statuses["failed"] - statuses["cancelled"]
        print(f"{action:22}{sum(statuses.values()):>9}{statuses['completed']:>10}{statuses['failed']:>8}"
              f"{statuses['cancelled']:>10}{open_:>6}")  # fmt: skip
    ended = all(change.ended for change in changes)
    for change in changes:
        if change.status != "completed":
            print(f"  {change.action} {change.application} {change.status}: {change.error}")
    print(f"writes in the API server's audit log {len(writes(entries)):>6}")
    print(f"lost {lost}, duplicated {duplicated}, audit chain {'valid' if valid else 'BROKEN'}")
    if not lost and not duplicated and kills["kills"]:
        bound = 3 / kills["kills"]
        print(f"true rate of a loss or a double per kill below {bound:.3f} at 95 % (3/N)")
    return ended and valid and not lost and not duplicated


def prepare(plane: ControlPlane) -> None:
    """The shipped rights, and ten applications whose pods are ready a second after they run."""
    plane.kubectl("apply", "-f", str(SHIPPED / "rbac.yaml"))
    items: list[dict[str, Any]] = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}]
    items += [_deployment(name) for name in APPLICATIONS]
    plane.kubectl("apply", "-f", "-", content=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    plane.kubectl("wait", "deployments", "--all", "-n", SPACE, "--for=condition=Available", "--timeout=300s")
    assert NAMESPACE != SPACE  # the service changes nothing in its own namespace


def _deployment(name: str) -> dict[str, Any]:
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels, "annotations": {"hexaops.dev/ready-after": "1s"}},
        "spec": {"containers": [{"name": name, "image": f"registry.example/{name}:1.4.0"}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": SPACE, "labels": labels},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
