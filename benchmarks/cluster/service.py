"""The whole service on that cluster, with its shipped rights: memory after its first read, and how soon it answers."""

from __future__ import annotations

import http.client
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks.cluster.bars import Bars
from benchmarks.cluster.world import application_names
from testenv.harness.control_plane import ControlPlane
from testenv.harness.service import Identities, Service, serving, until

MOST_RESIDENT_MB = 200.0
MOST_MEDIAN_MS = 15.0
SETTLED_SECONDS = 5.0
WARM = 10
ALL = "What's the status of my applications?"


def identities_in(plane: ControlPlane, folder: Path) -> Identities:
    """Reader and writer as the manifests make them."""
    return Identities(
        plane.account("hexaops-reader", folder / "reader"), plane.account("hexaops-writer", folder / "writer")
    )


def measure_service(plane: ControlPlane, folder: Path, *, pods: int, questions: int, bars: Bars) -> None:
    """Start it, weigh it, ask it one question after the other, weigh it again."""
    applications = [name for _, name in application_names(pods)]
    with serving(folder / "service", identities_in(plane, folder), {"HEXAOPS_CLUSTER_SYNC_SECONDS": "120"}) as service:
        until(lambda: len(service.applications()) >= min(200, len(applications)))
        time.sleep(SETTLED_SECONDS)
        process = psutil.Process(service.process.pid)
        begun = process.cpu_times()
        print(f"started with {begun.user + begun.system:.1f} CPU-s; imports alone {_imports_mb():.0f} MB")
        bars.most("service after its first read", _resident_mb(process), MOST_RESIDENT_MB, "MB RSS")
        one = [f"what is the status of {name}?" for name in applications[: questions or 1]]
        _ask(service, "status of all applications", [ALL] * questions, bars)
        _ask(service, "status of one application", (one * questions)[:questions], bars)
        bars.most("service after the questions", _resident_mb(process), MOST_RESIDENT_MB, "MB RSS")


def _ask(service: Service, title: str, messages: list[str], bars: Bars) -> None:
    """One after the other on one connection, whole answers read."""
    address = urlsplit(service.credentials["base_url"])
    path = f"/api/v1/workspaces/{service.credentials['workspace_id']}/aiops/chat"
    headers = {"Authorization": f"Bearer {service.credentials['user_token']}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    process, seconds, size = psutil.Process(service.process.pid), [], 0
    for number, message in enumerate([*messages[:WARM], *messages]):
        if number == WARM:
            before = process.cpu_times()
        began = time.perf_counter()
        connection.request("POST", path, json.dumps({"message": message}), headers)
        answer = connection.getresponse()
        content = answer.read()
        seconds.append(time.perf_counter() - began)
        assert answer.status == 200, content
        size = len(content)
    after = process.cpu_times()
    connection.close()
    found = sorted(one * 1000 for one in seconds[WARM:])
    rank = found[min(len(found) - 1, round(0.95 * len(found)))]
    bars.most(f"{title}, p50 of {len(found)}", statistics.median(found), MOST_MEDIAN_MS, "ms")
    cpu = (after.user + after.system - before.user - before.system) / len(found)
    print(
        f"{title}: {cpu * 1000:.1f} ms CPU, p95 {rank:.1f} ms, most {found[-1]:.1f} ms, {size / 1e3:.1f} KB an answer"
    )


def _resident_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def _imports_mb() -> float:
    """A process that only imports the service."""
    program = "import hexaops.cli.serving, pathlib; print(pathlib.Path('/proc/self/statm').read_text().split()[1])"
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 # our own module
    return int(done.stdout) * resource.getpagesize() / 1e6
