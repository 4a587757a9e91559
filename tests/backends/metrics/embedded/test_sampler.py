"""What is measured without any extra right: usage, replicas, restarts."""

from __future__ import annotations

import pytest

from hexaops.backends.metrics.base import Signal, Window, read_all
from hexaops.kit.timeout import Timeout
from simulator.server.access import Rule
from simulator.world import faults
from simulator.world.objects import labels_of
from tests.backends.metrics.embedded.conftest import SampledWorld


async def test_usage_is_the_sum_over_the_pods(sampled: SampledWorld) -> None:
    await sampled.rounds(3)
    cpu, busiest = await sampled.read(Signal.CPU), await sampled.read(Signal.CPU_BUSIEST_POD)
    pods = [pod for pod in sampled.world.store.list("pods", "frontend") if labels_of(pod)["app"] == "web-app"]
    used = [found for pod in pods if (found := sampled.world.usage.pod(pod))]
    assert len(cpu.known) == 3
    assert cpu.known[-1] == pytest.approx(sum(cores for cores, _ in used), rel=1e-3)
    assert busiest.known[-1] == pytest.approx(max(cores for cores, _ in used), rel=1e-3)
    memory = await sampled.read(Signal.MEMORY)
    assert memory.known[-1] == pytest.approx(sum(size for _, size in used), rel=1e-3)


async def test_nodes_are_measured(sampled: SampledWorld) -> None:
    await sampled.rounds(1)
    name = sampled.cluster.cache.nodes()[0].name
    found = await sampled.read(Signal.MEMORY, name, kind="Node")
    assert found.known[0] == pytest.approx(sampled.world.usage.node(name)[1], rel=1e-3)  # type: ignore[index]


async def test_replicas_and_those_wanted(sampled: SampledWorld) -> None:
    await sampled.rounds(2)
    assert [*(await sampled.read(Signal.REPLICAS, "database-app")).known] == [2, 2]
    assert [*(await sampled.read(Signal.REPLICAS_WANTED, "database-app")).known] == [3, 3]


async def test_restarts_count_from_the_second_round_on(sampled: SampledWorld) -> None:
    await sampled.rounds(2)
    (pod,) = [pod for pod in sampled.world.store.list("pods", "backend") if labels_of(pod)["app"] == "worker-app"]
    name = pod["metadata"]["name"]
    assert [*(await sampled.read(Signal.RESTARTS, "worker-app")).known] == [0]
    sampled.world.faults.break_pod(pod["metadata"]["uid"], faults.CRASH_LOOP)
    sampled.world.advance(300)
    crashed = sampled.world.store.get("pods", "backend", name)["status"]["containerStatuses"][0]["restartCount"]
    assert crashed > 1
    await sampled.cluster.cache.wait_for(
        lambda cache: cache.get("Pod", "backend", name).restarts == crashed, kinds=("Pod",), timeout=Timeout(30)
    )
    await sampled.sampler.round()
    assert (await sampled.read(Signal.RESTARTS, "worker-app")).known[-1] == crashed


async def test_without_the_right_the_reason_is_given(sampled: SampledWorld) -> None:
    sampled.rules["test:reader"] = [Rule(("get", "list", "watch"), ("*",), ("", "apps"))]
    await sampled.rounds(1)
    found = await sampled.read(Signal.CPU)
    assert found.is_empty
    assert found.reason == (
        "the cluster does not let this service read metrics.k8s.io: grant list on pods in API group metrics.k8s.io"
    )


async def test_several_signals_share_one_grid(sampled: SampledWorld) -> None:
    await sampled.rounds(4)
    now = sampled.world.store.clock.now().timestamp()
    wanted = (Signal.CPU, Signal.REPLICAS, Signal.LATENCY_P95)
    found = await read_all(sampled.source, wanted, sampled.subject("web-app"), Window.until(now + 30, 3600))
    assert [*found] == [*wanted]
    assert {(one.start, one.step_seconds, len(one.values)) for one in found.values()} == {
        (found[Signal.CPU].start, 30.0, len(found[Signal.CPU].values))
    }
    assert [len(one.known) for one in found.values()] == [4, 4, 3]
