"""Metrics through the proxy subresources: they agree with the measured usage, and never go back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.server.access import READER_RULES, Rule, User
from simulator.server.app import create_app
from simulator.world.objects import labels_of
from simulator.world.world import World
from tests.worlds import default_world

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
NODES = "/api/v1/nodes"


@dataclass
class Proxied:
    """A world and a client of its API server."""

    world: World
    client: TestClient

    def samples(self, path: str) -> dict[str, float]:
        """The samples of a text of metrics, by name and labels."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return {line.rpartition("}")[0] + "}" if "}" in line else line.split()[0]: _value(line) for line in lines}

    def pods(self, app: str) -> list[dict[str, Any]]:
        """An application's pods."""
        return [pod for pod in self.world.store.list("pods") if labels_of(pod).get("app") == app]

    def metrics(self, pod: dict[str, Any], port: int = 8080) -> str:
        """The path of a pod's own metrics."""
        return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}:{port}/proxy/metrics"


def _value(line: str) -> float:
    return float(line.rpartition("}")[2].split()[0] if "}" in line else line.split()[1])


@pytest.fixture
def proxied() -> Iterator[Proxied]:
    world = default_world(speed=0, seed=7, now=NOW)
    world.start()
    users = {"reader": User("reader"), "other": User("other")}
    rules = {"reader": READER_RULES, "other": (Rule(("get", "list"), ("pods", "nodes")),)}
    app = create_app(world.store, users=users, rules=rules, usage=world.usage, meters=world.meters)
    client = TestClient(app, headers={"Authorization": "Bearer reader"})
    yield Proxied(world, client)
    world.stop()
    app.close()


def test_requests_are_the_documents(proxied: Proxied) -> None:
    pods = proxied.pods("web-app")
    first = [proxied.samples(proxied.metrics(pod)) for pod in pods]
    proxied.world.advance(60)
    second = [proxied.samples(proxied.metrics(pod)) for pod in pods]
    served = 'http_requests_total{method="GET",status="200"}'
    rate = sum(after[served] - before[served] for before, after in zip(first, second, strict=True)) / 60
    assert rate == pytest.approx(145, rel=0.15)
    fast = 'http_request_duration_seconds_bucket{le="0.25"}'
    share = (second[0][fast] - first[0][fast]) / (second[0][served] - first[0][served])
    assert share == pytest.approx(0.95, abs=0.03)


def test_cpu_seconds_agree_with_the_measured_usage(proxied: Proxied) -> None:
    (pod,) = proxied.pods("worker-app")
    path = f"{NODES}/{pod['spec']['nodeName']}/proxy/metrics/resource"
    name = f'namespace="backend",pod="{pod["metadata"]["name"]}"}}'
    before = next(value for key, value in proxied.samples(path).items() if name in key and "cpu" in key)
    proxied.world.advance(30)
    after = next(value for key, value in proxied.samples(path).items() if name in key and "cpu" in key)
    assert (after - before) / 30 == pytest.approx(proxied.world.usage.pod(pod)[0], rel=0.05)  # type: ignore[index]


def test_counters_never_go_back_when_pods_come_and_go(proxied: Proxied) -> None:
    pod = proxied.pods("web-app")[0]
    seen = []
    for replicas in (3, 6, 1 + 2):
        deployment = proxied.world.store.get("deployments.apps", "frontend", "web-app")
        proxied.world.store.update(
            "deployments.apps", {**deployment, "spec": {**deployment["spec"], "replicas": replicas}}
        )
        proxied.world.advance(20)
        if proxied.world.store.find("pods", "frontend", pod["metadata"]["name"]):
            seen.append(proxied.samples(proxied.metrics(pod))["http_request_duration_seconds_count"])
    assert seen == sorted(seen)
    assert len(seen) >= 2


def test_the_summary_shows_networks_and_volumes(proxied: Proxied) -> None:
    pod = proxied.pods("search-engine")[0]
    found = proxied.client.get(f"{NODES}/{pod['spec']['nodeName']}/proxy/stats/summary").json()
    (entry,) = [one for one in found["pods"] if one["podRef"]["uid"] == pod["metadata"]["uid"]]
    assert entry["network"]["rxBytes"] > 0
    (volume,) = entry["volume"]
    assert 0 < volume["usedBytes"] < volume["capacityBytes"]
    assert volume["pvcRef"]["namespace"] == "data"
    assert found["node"]["fs"]["usedBytes"] > entry["ephemeral-storage"]["usedBytes"]


def test_throttling_is_counted_under_a_limit(proxied: Proxied) -> None:
    pod = proxied.pods("payment-service")[0]
    samples = proxied.samples(f"{NODES}/{pod['spec']['nodeName']}/proxy/metrics/cadvisor")
    mine = {key.partition("{")[0]: value for key, value in samples.items() if pod["metadata"]["name"] in key}
    assert 0 < mine["container_cpu_cfs_throttled_periods_total"] < mine["container_cpu_cfs_periods_total"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{NODES}/nowhere/proxy/metrics/resource", 404),
        ("/api/v1/namespaces/data/pods/nothing:80/proxy/metrics", 404),
        ("/api/v1/namespaces/data/services/cache-service/proxy/metrics", 501),
    ],
)
def test_what_is_not_there(proxied: Proxied, path: str, status: int) -> None:
    assert proxied.client.get(path).status_code == status


def test_a_port_that_nobody_listens_on(proxied: Proxied) -> None:
    pod = proxied.pods("web-app")[0]
    answer = proxied.client.get(proxied.metrics(pod, 9999))
    assert answer.status_code == 503
    assert "connection refused" in answer.json()["message"]
    assert proxied.client.get(proxied.metrics(proxied.pods("message-queue")[0], 5672)).status_code == 503


def test_the_proxy_is_a_right_of_its_own(proxied: Proxied) -> None:
    node = proxied.world.store.list("nodes")[0]["metadata"]["name"]
    answer = proxied.client.get(f"{NODES}/{node}/proxy/metrics/resource", headers={"Authorization": "Bearer other"})
    assert answer.status_code == 403
    assert 'cannot get resource "nodes/proxy"' in answer.json()["message"]
