"""What needs the proxy: requests, latencies, throttling, networks, volumes; and what is said without the right."""

from __future__ import annotations

import pytest

from hexaops.backends.metrics.base import Signal
from simulator.server.access import READ, Rule
from tests.backends.metrics.embedded.conftest import SampledWorld

OWN = ("pods", "nodes", "deployments", "statefulsets", "daemonsets", "replicasets")


async def test_requests_errors_and_latencies(sampled: SampledWorld) -> None:
    await sampled.rounds(5)
    requests = await sampled.read(Signal.REQUEST_RATE)
    assert requests.known == pytest.approx([145] * 4, rel=0.15)  # the first round has nothing to compare with
    assert (await sampled.read(Signal.ERROR_RATE)).known == pytest.approx([0.2] * 4, abs=0.15)
    assert (await sampled.read(Signal.LATENCY_P50)).known == pytest.approx([125] * 4, rel=0.35)
    assert (await sampled.read(Signal.LATENCY_P95)).known == pytest.approx([245] * 4, rel=0.25)


async def test_throttling_network_and_storage(sampled: SampledWorld) -> None:
    await sampled.rounds(6)
    assert 0 < (await sampled.read(Signal.CPU_THROTTLED)).known[-1] < 5
    assert (await sampled.read(Signal.NETWORK)).known[-1] == pytest.approx(145 * 7100, rel=0.2)
    assert (await sampled.read(Signal.NETWORK_LOSS)).known[-1] == pytest.approx(0.0025, rel=0.5)
    assert (await sampled.read(Signal.VOLUME_USAGE, "search-engine")).known[-1] == pytest.approx(50, abs=25)
    assert (await sampled.read(Signal.STORAGE, "search-engine")).known[-1] > 2 * 2**30
    node = sampled.cluster.cache.nodes()[0].name
    assert (await sampled.read(Signal.NETWORK, node, kind="Node")).known[-1] > 0
    assert 5 < (await sampled.read(Signal.VOLUME_USAGE, node, kind="Node")).known[-1] < 50


async def test_an_application_without_http_metrics_has_no_requests(sampled: SampledWorld) -> None:
    await sampled.rounds(3)
    found = await sampled.read(Signal.REQUEST_RATE, "message-queue")
    assert found.is_empty
    assert "prometheus.io/scrape" in str(found.reason)


async def test_a_rate_that_takes_a_second_reading_is_said(sampled: SampledWorld) -> None:
    await sampled.rounds(1)
    assert (await sampled.read(Signal.LATENCY_P95)).reason == (
        "its pods' HTTP metrics were read once so far, and a rate takes two readings: ask again in 30s"
    )
    assert "annotate them" in str((await sampled.read(Signal.LATENCY_P95, "message-queue")).reason)
    await sampled.rounds(1)
    assert not (await sampled.read(Signal.LATENCY_P95)).is_empty


async def test_before_the_first_round_the_reason_says_when_it_comes(sampled: SampledWorld) -> None:
    assert (await sampled.read(Signal.LATENCY_P95)).reason == "nothing was measured in this time"
    sampled.sampler.job()
    assert (await sampled.read(Signal.LATENCY_P95)).reason == (
        "measuring has just begun: the first readings come within 30s"
    )


async def test_without_the_rights_the_rest_goes_on(sampled: SampledWorld) -> None:
    sampled.rules["test:reader"] = [Rule(READ, OWN)]
    await sampled.rounds(3)
    assert len((await sampled.read(Signal.CPU)).known) == 3
    assert (await sampled.read(Signal.NETWORK)).reason == (
        "the cluster does not let this service read its kubelets' metrics: grant get on nodes/proxy"
    )
    assert (await sampled.read(Signal.LATENCY_P95)).reason == (
        "the cluster does not let this service read pods' own metrics: grant get on pods/proxy"
    )


async def test_a_right_that_is_granted_later_is_used(sampled: SampledWorld) -> None:
    sampled.rules["test:reader"] = [Rule(READ, OWN)]
    await sampled.rounds(1)
    sampled.rules["test:reader"] = [Rule(READ)]
    await sampled.rounds(12)
    assert not (await sampled.read(Signal.LATENCY_P95)).is_empty


async def test_without_a_metrics_api_usage_comes_from_the_kubelets(sampled: SampledWorld) -> None:
    sampled.rules["test:reader"] = [Rule(READ, ("*",), ("", "apps"))]
    await sampled.rounds(6)
    used = await sampled.read(Signal.CPU)
    assert used.known[-1] == pytest.approx(3 * 0.5 * 0.35, rel=0.2)
    memory = await sampled.read(Signal.MEMORY)
    assert memory.known[-1] == pytest.approx(3 * 512 * 2**20 * 0.45, rel=0.2)


async def test_a_node_that_does_not_answer_costs_its_own_pods_only(sampled: SampledWorld) -> None:
    await sampled.rounds(3)
    names = {node.name for node in sampled.cluster.cache.nodes()}
    assert len(names) == 4
    node = sampled.world.store.get("nodes", "", sorted(names)[0])
    sampled.world.store.update(
        "nodes", {**node, "metadata": {**node["metadata"], "annotations": {"hexaops.dev/fault": "not-ready"}}}
    )
    await sampled.rounds(12)
    assert (await sampled.read(Signal.NETWORK, sorted(names)[0], kind="Node", seconds=90)).is_empty
    assert not (await sampled.read(Signal.NETWORK, sorted(names)[1], kind="Node", seconds=90)).is_empty
