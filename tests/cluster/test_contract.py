"""Every documented endpoint answers as documented on a real API server too, with the documents' own world on it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from testenv.harness.control_plane import SHIPPED, TOOL, ControlPlane
from testenv.harness.service import Identities, serving
from tests.contract.documented import ENDPOINTS, NULLS, Endpoint
from tests.contract.live import Live
from tests.contract.matching import compare
from tests.contract.requests import APPLICATION, REQUESTS, Sent
from tests.contract.serving import Served

SETTINGS = {"HEXAOPS_BACKUP_CHANNELS": '["slack:#ops"]', "HEXAOPS_METRICS_INTERVAL_SECONDS": "10"}
LINES = 3
LINE = {
    "level": "error", "message": "Database connection timeout after 30s", "trace_id": "trace-123456",
    "duration_ms": 30000, "retry_count": 3, "error_code": "connection_timeout",
}  # fmt: skip
SUMMARY = ("response_time_p50", "response_time_p95", "error_rate", "throughput")
UNMEASURED = {
    f"GET {APPLICATION}/performance": {
        *(f"performance_summary.{name}" for name in SUMMARY),
        "trends.response_time", "trends.throughput", "resource_efficiency.network_efficiency",
    },
}  # fmt: skip
"""Pods that kwok plays serve no requests and have no network, and nothing measures them."""


def _performance(live: Live) -> Sent:
    live.wait_until_measured()
    return Sent({"appId": live.applications["web-app"]}, {"time_range": "1h", "metrics": "cpu,memory"})


SENT: dict[str, Callable[[Live], Sent]] = {**REQUESTS, f"GET {APPLICATION}/performance": _performance}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, plane: ControlPlane) -> Iterator[ControlPlane]:
    """A control plane of its own with the documents' world: its pending pod would find room on another one's nodes."""
    made = ControlPlane(tmp_path_factory.mktemp("documents") / "state", plane.programs)
    made.tool("start", str(made.folder))
    try:
        made.tool("scenario", str(made.folder), "default")
        for name in ("rbac.yaml", "backups.yaml"):
            made.kubectl("apply", "-f", str(SHIPPED / name))
        _say(made, tmp_path_factory.mktemp("logs"))
        yield made
    finally:
        subprocess.run([TOOL, "stop", str(made.folder)], check=True)


def _say(plane: ControlPlane, folder: Path) -> None:
    """Let the pods of api-service log what the documents search for."""
    now, file = datetime.now(UTC), folder / "api-service.log"
    moments = (now - timedelta(minutes=number) for number in range(LINES, 0, -1))
    file.write_text("".join(f"{at:%Y-%m-%dT%H:%M:%S}.000000000Z stdout F {json.dumps(LINE)}\n" for at in moments))
    for pod in plane.get("pods", "-n", "backend", "-l", "app=api-service")["items"]:
        logs = {
            "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Logs",
            "metadata": {"name": pod["metadata"]["name"], "namespace": "backend"},
            "spec": {"logs": [{"containers": ["api-service"], "logsFile": str(file)}]},
        }  # fmt: skip
        plane.kubectl("apply", "-f", "-", content=json.dumps(logs))


@pytest.fixture(scope="module")
def live(documents: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service on it, under the shipped rights."""
    folder = tmp_path_factory.mktemp("walked")
    identities = Identities(*(documents.account(f"hexaops-{one}", folder / one) for one in ("reader", "writer")))
    with serving(folder / "home", identities, SETTINGS) as service:
        account = service.credentials["service_account"]
        headers = {"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]}
        with httpx2.Client(base_url=service.credentials["base_url"], headers=headers, timeout=60.0) as client:
            walked = Live(Served(service.process, folder / "home", service.credentials), service.client, client)  # type: ignore[arg-type] # text or bytes, nobody reads it
            walked.wait_until_measured()
            yield walked


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_endpoint_answers_as_documented(live: Live, endpoint: Endpoint) -> None:
    sent = SENT[endpoint.name](live)
    path = re.sub(r":(\w+)", lambda m: sent.path[m[1]], endpoint.path)
    answer = live.client(endpoint.api).request(endpoint.method, path, params=sent.query, json=sent.body)
    assert answer.status_code == 200, answer.text
    report = compare(endpoint.response, answer.json())
    assert report.problems == [], answer.text
    listed = NULLS.get(endpoint.name, {})
    assert report.nulls <= {*listed.get("nulls", ()), *UNMEASURED.get(endpoint.name, ())}, answer.text
    assert report.empties <= {*listed.get("empties", ())}, answer.text
