"""Health of log sources, metric sources and a model: each broken in turn, embedded and external."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.assistant.model.budget import TokenBudget
from hexaops.assistant.model.voice import Limits, ModelVoice
from hexaops.backends.logstores.base import LogAnswer, LogQuery, LogStoreError
from hexaops.backends.metrics.base import Signal, Subject
from hexaops.config import LogSource, MetricsSource
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.retelling import Retelling
from hexaops.features.health.sources import SLOW_SOURCE_SECONDS, SourceProbes
from hexaops.features.health.system import SystemHealth
from hexaops.features.logs.engines import LogEngines
from hexaops.features.logs.probing import LogProbe
from hexaops.features.metrics.probing import LOOK_BACK_SECONDS
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.timeout import Timeout
from hexaops.storage.engine import Waiting
from tests.features.applications.world import ChatWorld, chat_world
from tests.features.health.test_system import VERSION, _data, _exchange, _queue

NOBODY = "http://127.0.0.1:1"
"""An address at which nothing answers."""


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        served.metrics.served["/version"] = VERSION
        _exchange(served, engine=_queue(served, Waiting(0, 0.0)))
        yield served
        await served.access.context.logs.close()


async def component(world: ChatWorld, name: str) -> tuple[str, dict[str, Any]]:
    """The system's status, and the component."""
    data = await _data(world)
    return data["status"], data["components"][name]


class Store:
    """A log store that fails, or takes its time."""

    name = "embedded"

    def __init__(self, world: ChatWorld, seconds: float | None) -> None:
        self._world = world
        self._seconds = seconds

    async def query(self, query: LogQuery, timeout: Timeout) -> LogAnswer:
        assert query.workspaces == {self._world.workspace_id, self._world.foreign_id, *self._others(query)}
        assert timeout.seconds <= 3
        if self._seconds is None:
            raise LogStoreError("The log store's disk is full", details={"source": "log store"})
        self._world.clock.advance(self._seconds)
        return LogAnswer([], 0, None, None)

    def _others(self, query: LogQuery) -> set[str]:
        return {*(query.workspaces or ())} - {self._world.workspace_id, self._world.foreign_id}


def with_log_store(world: ChatWorld, seconds: float | None) -> None:
    access = world.access
    directory, clusters = access.get(WorkspaceDirectory), access.context.clusters
    engines = LogEngines(Store(world, seconds), clusters, directory, world.clock)
    access.get(SourceProbes).add("log_sources", LogProbe(engines, clusters, directory, world.clock))


async def test_the_embedded_log_store_answers(world: ChatWorld) -> None:
    status, found = await component(world, "log_sources")
    assert (status, found["status"]) == ("healthy", "healthy")
    (source,) = found["sources"]
    assert (source["name"], source["kind"], source["problem"]) == ("embedded", "embedded", None)
    assert source["response_time_ms"] is not None


async def test_a_log_store_that_fails_is_unhealthy_and_the_system_degraded(world: ChatWorld) -> None:
    with_log_store(world, None)
    status, found = await component(world, "log_sources")
    assert (status, found["status"]) == ("degraded", "unhealthy")
    assert found["sources"][0]["problem"] == "The log store's disk is full"


async def test_a_slow_log_store_is_degraded(world: ChatWorld) -> None:
    with_log_store(world, SLOW_SOURCE_SECONDS + 0.5)
    status, found = await component(world, "log_sources")
    assert (status, found["status"]) == ("degraded", "degraded")
    assert found["sources"][0]["problem"] == "it took 2.5 s to answer"


async def test_an_external_log_engine_that_does_not_answer(world: ChatWorld) -> None:
    world.access.context.clusters.default.log_source = LogSource(engine="loki", url=NOBODY)
    status, found = await component(world, "log_sources")
    assert (status, found["status"]) == ("degraded", "unhealthy")
    assert (found["sources"][0]["name"], found["sources"][0]["kind"]) == ("test", "loki")
    assert found["sources"][0]["problem"]


async def test_asking_for_the_health_is_not_waiting_for_logs(world: ChatWorld) -> None:
    await _data(world)
    assert not world.access.get(LogEngines).is_waiting


async def test_an_external_metric_source_that_does_not_answer(world: ChatWorld) -> None:
    world.access.context.clusters.default.metrics_source = MetricsSource(url=NOBODY)
    status, found = await component(world, "metric_sources")
    assert (status, found["status"]) == ("degraded", "unhealthy")
    assert (found["sources"][0]["name"], found["sources"][0]["kind"]) == ("test", "prometheus")
    assert "cannot be reached" in found["sources"][0]["problem"]


async def test_embedded_metrics_that_stopped_are_degraded(world: ChatWorld) -> None:
    assert (await component(world, "metric_sources"))[0] == "healthy", "it has just started"
    world.clock.advance(LOOK_BACK_SECONDS)
    status, found = await component(world, "metric_sources")
    assert (status, found["status"]) == ("degraded", "degraded")
    assert "no CPU of " in found["sources"][0]["problem"]
    row = next(one for one in world.cache.workloads() if one.ready)
    subject = Subject("cluster-a", row.kind, row.namespace, row.name)
    at = world.clock.now().timestamp() - 60
    await world.access.context.metric_history.store.add(at, "cluster-a", [((subject, Signal.CPU), 1.5)])
    assert (await component(world, "metric_sources"))[0] == "healthy"


async def test_the_model_by_what_became_of_its_answers(world: ChatWorld) -> None:
    voice = ModelVoice(None, Limits(1, 1, 1), TokenBudget(1, world.clock))  # type: ignore[arg-type] # it is not asked
    retelling = Retelling(voice, world.access.get(ApplicationService))
    world.access.get(SourceProbes).add("model", retelling.probe)
    status, found = await component(world, "model")
    assert (status, found["status"]) == ("healthy", "healthy")
    assert found["sources"][0]["problem"] == "not asked in the last 5 minutes"
    voice.answers.note(0.4, failed=True)
    assert [(await component(world, "model"))[1]["status"], (await _data(world))["status"]] == ["unhealthy", "degraded"]
    voice.answers.note(0.4)
    status, found = await component(world, "model")
    assert (status, found["status"]) == ("degraded", "degraded")
    assert found["sources"][0]["problem"] == "1 of 2 answers failed"


async def test_a_model_that_cannot_be_opened_is_unhealthy(world: ChatWorld) -> None:
    retelling = Retelling(None, world.access.get(ApplicationService), "the extra is not installed")
    world.access.get(SourceProbes).add("model", retelling.probe)
    status, found = await component(world, "model")
    assert (status, found["status"]) == ("degraded", "unhealthy")
    assert found["sources"][0]["problem"] == "the extra is not installed"


async def test_the_probes_of_other_clusters_are_not_shown(world: ChatWorld) -> None:
    probes = world.access.get(SourceProbes)
    assert await probes.ask("metric_sources", {"elsewhere"}) == []
    assert await probes.ask("log_sources", {"elsewhere"}) == []
    assert world.access.get(SystemHealth).parts.probes is probes
