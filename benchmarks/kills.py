"""`python -m benchmarks.kills --kills 200 --seed 1 [--database-url URL]`: SIGKILLs amid changes, on a real API server.

Ten applications are restarted, scaled, stopped and started, several at once, by clients that ask again whenever they
get no answer; meanwhile the service is killed at random moments, its start included, and started again. In the end
every accepted change must have ended, and each must have changed its Deployment once. What changed is counted by the
Deployment's generation, which the API server raises with every change of a specification, and in its audit log by the
writer's user. Not part of `make bench`: it takes minutes.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cluster.killed import KilledService
from benchmarks.cluster.moving import Change, Mover
from benchmarks.cluster.server import Server
from benchmarks.cluster.world import programs_missing, running_world, small_world
from benchmarks.cluster.zygote import zygote
from testenv.harness.control_plane import NAMESPACE, SHIPPED, WRITER, ControlPlane, writes
from testenv.harness.service import Identities

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
    position, before, began = plane.audit_position(), generations(plane), time.monotonic()
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
    minutes, amid = (time.monotonic() - began) / 60, kills["under_way"] / max(1, kills["kills"])
    print(f"\n{kills['kills']} SIGKILLs in {minutes:.1f} min, {kills['starting']} during the start; "
          f"{kills['amid']} amid changes, {amid:.1f} under way on average")  # fmt: skip
    after = generations(plane)
    counts = [
        count_of(name, changes, plane.audit(WRITER, after=position), effects=after[name] - before[name])
        for name in APPLICATIONS
    ]
    return report(changes, counts, kills=kills["kills"], valid=valid)


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


@dataclass(frozen=True)
class Count:
    """What was asked of one application, and what became of it."""

    application: str
    least: int
    most: int
    effects: int
    """Changes of its specification: the growth of its generation."""
    written: int
    """Writes that the audit log calls successful."""
    unanswered: tuple[str, ...]
    """Writes that the audit log ends with another status, such as one that nobody waited for any more."""


def count_of(name: str, changes: list[Change], entries: list[dict[str, Any]], *, effects: int) -> Count:
    """Put the changes of one application beside what the API server knows of it."""
    own = {change.action_id: change for change in changes if change.application == name}.values()
    other = tuple(
        f"{entry['responseStatus']['code']} {entry['responseStatus'].get('message', '')}"
        for entry in entries
        if entry["objectRef"].get("name") == name
        and entry["verb"] == "patch"
        and "dryRun" not in entry["requestURI"]
        and entry["responseStatus"]["code"] >= 300
    )
    least, most = sum(change.least_writes for change in own), sum(change.most_writes for change in own)
    return Count(name, least, most, effects, len(writes(entries, name)), other)


def report(changes: list[Change], counts: list[Count], *, kills: int, valid: bool) -> bool:
    """The tables; whether nothing was lost or done twice."""
    print(f"{'change':22}{'accepted':>9}{'completed':>10}{'failed':>8}{'cancelled':>10}{'open':>6}")
    for action in sorted({change.action for change in changes}):
        statuses = Counter(change.status for change in changes if change.action == action)
        ended = [statuses[status] for status in ("completed", "failed", "cancelled")]
        print(f"{action:22}{sum(statuses.values()):>9}{ended[0]:>10}{ended[1]:>8}{ended[2]:>10}"
              f"{sum(statuses.values()) - sum(ended):>6}")  # fmt: skip
    for change in changes:
        if change.status != "completed":
            print(f"  {change.action} {change.application} {change.status}: {change.error}")
    print(f"{'application':22}{'due':>9}{'effects':>10}{'audited':>8}  writes with another status in the audit log")
    for one in counts:
        due = str(one.least) if one.least == one.most else f"{one.least}-{one.most}"
        print(f"{one.application:22}{due:>9}{one.effects:>10}{one.written:>8}  {'; '.join(one.unanswered)}")
    lost = sum(max(0, one.least - one.effects) for one in counts)
    duplicated = sum(max(0, max(one.effects, one.written) - one.most) for one in counts)
    twice = len(changes) - len({change.action_id for change in changes})
    print(f"{len(changes) - twice} changes: lost {lost}, duplicated {duplicated}, "
          f"audit chain {'valid' if valid else 'BROKEN'}")  # fmt: skip
    if not lost and not duplicated and kills:
        print(f"true rate of a loss or a double per kill below {3 / kills:.3f} at 95 % (3/N)")
    return all(change.ended for change in changes) and valid and not lost and not duplicated


def generations(plane: ControlPlane) -> dict[str, int]:
    """By application, how often its specification was changed."""
    items = plane.get("deployments", "-n", SPACE)["items"]
    return {item["metadata"]["name"]: item["metadata"]["generation"] for item in items}


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
