"""`GET /internal/v1/applications/:id/performance`: the documented answer from series that were kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.backends.kubernetes.rows import ResourceTotals
from hexaops.backends.metrics.base import Signal, Subject
from hexaops.kit.ids import stable_id
from tests.analysis.applications.rows import MEBI, workload
from tests.features.applications.world import FOREIGN, ChatWorld, chat_world
from tests.serving import CLUSTER_ID, START, Headers

STEP = 30
NORMAL = {
    Signal.REPLICAS: 3.0, Signal.REPLICAS_WANTED: 3.0, Signal.REQUEST_RATE: 145.7, Signal.ERRORS: 0.2914,
    Signal.LATENCY_P50: 125.0, Signal.LATENCY_P95: 245.0, Signal.CPU: 0.24, Signal.CPU_BUSIEST_POD: 0.09,
    Signal.CPU_THROTTLED: 0.5, Signal.MEMORY: 300.0 * MEBI, Signal.MEMORY_BUSIEST_POD: 110.0 * MEBI,
    Signal.NETWORK: 1e6, Signal.NETWORK_LOSS: 0.1, Signal.STORAGE: 1e8, Signal.RESTARTS: 0.0,
}  # fmt: skip


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        totals = ResourceTotals(cpu_request=0.1, cpu_limit=0.5, memory_request=128 * MEBI, memory_limit=512 * MEBI)
        row = workload("production", "web-app", desired=3, resources=totals, resource_version="2")
        served.cache.publish([served.cache.table("Deployment").put(row)])
        yield served


def app_id(name: str, project: str = "production") -> str:
    return stable_id("app-", CLUSTER_ID, project, "Deployment", name)


async def keep(world: ChatWorld, minutes: float, **changed: float) -> None:
    """A history that ends now; what is named changes in its last minute."""
    subject = Subject(CLUSTER_ID, "Deployment", "production", "web-app")
    count = int(minutes * 60 / STEP)
    for number in range(count):
        values = dict(NORMAL)
        if number >= count - 2:
            values |= {Signal(name): value for name, value in changed.items()}
        at = START.timestamp() - (count - number) * STEP
        measured = [((subject, signal), value) for signal, value in values.items()]
        await world.access.context.metric_history.store.add(at, CLUSTER_ID, measured)


async def ask(
    world: ChatWorld, application_id: str | None = None, headers: Headers | None = None, **query: str
) -> httpx2.Response:
    path = f"/internal/v1/applications/{application_id or app_id('web-app')}/performance"
    given = headers or world.access.administrator
    return await world.access.client.get(path, params=query, headers=given)


async def analysis(world: ChatWorld, **query: str) -> dict[str, Any]:
    answer = await ask(world, None, None, **query)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_the_documented_answer(world: ChatWorld) -> None:
    await keep(world, 90)
    data = await analysis(world, time_range="1h")
    assert (data["application_id"], data["analysis_period"]) == (app_id("web-app"), "1h")
    assert data["generated_at"] == "2024-01-20T15:30:00Z"
    assert data["performance_summary"] == {
        "overall_score": 99, "availability": 100.0, "response_time_p50": 125.0, "response_time_p95": 245.0,
        "error_rate": 0.2, "throughput": 145.7,
        "score_components": {
            "availability": 100.0, "errors": 96.0, "latency": 100.0, "cpu": 100.0, "memory": 100.0, "throttling": 98.0,
        },
    }  # fmt: skip
    assert data["resource_efficiency"] == {
        "cpu_efficiency": 80.0, "memory_efficiency": 78.12, "network_efficiency": 99.9,
    }  # fmt: skip
    assert (data["bottlenecks"], data["anomalies"]) == ([], [])
    for name in ("response_time", "throughput"):
        assert data["trends"][name] == {"trend": "stable", "change_percentage": 0.0, "confidence": 0.0}
    assert {path.partition(".")[0] for path in data["reasons"]} == {"forecasts", "level_changes"}
    assert data["reasons"]["forecasts.cpu"] == (
        "the history is too short: 180 measured points, at least 240 are needed"
    )
    assert data["forecasts"]["cpu"] is None
    (cpu,) = [one for one in data["evidence"] if one["query"].startswith("mean of cpu of Deployment")]
    assert (cpu["value"], cpu["unit"], cpu["source"]) == (0.24, "cores", "embedded")
    assert "100 % of the time range measured" in cpu["query"]


async def test_a_forecast_has_its_interval_and_its_method(world: ChatWorld) -> None:
    await keep(world, 90)
    data = await analysis(world, time_range="30m")
    found = data["forecasts"]["cpu"]
    assert found == {
        "at": "2024-01-20T16:00:00Z", "expected": NORMAL[Signal.CPU], "low": NORMAL[Signal.CPU],
        "high": NORMAL[Signal.CPU], "unit": "cores",
        "method": "trend, without the time of day: that takes two days of history",
    }  # fmt: skip
    assert data["level_changes"] == []
    assert "two days of history" in data["reasons"]["level_changes.cpu"]


async def test_an_anomaly_and_a_bottleneck(world: ChatWorld) -> None:
    await keep(world, 60, errors=7.6, memory_busiest_pod=500.0 * MEBI)
    data = await analysis(world, time_range="5m", metrics="error_rate,memory")
    assert data["anomalies"] == [
        {
            "timestamp": "2024-01-20T15:29:00Z", "metric": "error_rate", "value": pytest.approx(5.22, abs=0.01),
            "baseline": 0.2, "severity": "critical", "unit": "percent", "duration_seconds": 60.0,
            "deviation": pytest.approx(2500, rel=0.1),
        }
    ]  # fmt: skip
    assert [one["type"] for one in data["bottlenecks"]] == ["memory_pressure", "errors"]
    assert data["bottlenecks"][0]["severity"] == "high"
    assert data["metrics"] == ["error_rate", "memory"]


async def test_metrics_that_were_not_asked_for_are_not_looked_at(world: ChatWorld) -> None:
    await keep(world, 60, errors=7.6, memory_busiest_pod=500.0 * MEBI)
    data = await analysis(world, time_range="5m", metrics="cpu")
    assert (data["anomalies"], data["bottlenecks"]) == ([], [])
    assert (data["trends"]["response_time"], data["trends"]["cpu"]["trend"]) == (None, "stable")
    assert data["reasons"]["trends.response_time"] == "not among the metrics asked for"
    assert data["performance_summary"]["throughput"] == 145.7


async def test_a_short_history_is_said(world: ChatWorld) -> None:
    await keep(world, 3)
    data = await analysis(world)
    assert data["performance_summary"]["response_time_p95"] == 245.0
    assert data["trends"]["throughput"] is None
    wanted = "the history is too short: 6 measured points of 30s, at least 8 are needed"
    assert data["reasons"]["trends.throughput"] == wanted
    assert "at least 30 are needed" in data["reasons"]["anomalies.cpu"]


async def test_without_any_history_all_is_null_with_reasons(world: ChatWorld) -> None:
    data = await analysis(world)
    summary = {**data["performance_summary"]}
    assert summary.pop("score_components") == {}
    for part, figures in (("performance_summary", summary), ("resource_efficiency", data["resource_efficiency"])):
        for name, value in figures.items():
            assert value is None
            assert data["reasons"][f"{part}.{name}"]
    assert data["evidence"] == []


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"time_range": "soon"}, "time_range", "not a duration"),
        ({"time_range": "10s"}, "time_range", "from 5m to 31d"),
        ({"time_range": "90d"}, "time_range", "from 5m to 31d"),
        ({"time_range": "-1h"}, "time_range", "not a duration"),
        ({"metrics": "cpu,luck"}, "metrics", "'luck' is none of"),
        ({"metrics": ""}, "metrics", "is none of"),
        ({"metrics": "c" * 300}, "metrics", ""),
    ],
)
async def test_what_cannot_be_asked(world: ChatWorld, query: dict[str, str], field: str, said: str) -> None:
    answer = await ask(world, None, None, **query)
    assert answer.status_code == 422
    details = answer.json()["error"]["details"]
    assert [*details] == [f"query.{field}"]
    assert said in details[f"query.{field}"]


async def test_absent_and_foreign_look_the_same(world: ChatWorld) -> None:
    bound = await world.access.account("application:read", workspace_ids=[world.workspace_id])
    absent = await ask(world, "app-0000", bound)
    foreign = await ask(world, app_id(FOREIGN, "foreign"), bound)
    assert (absent.status_code, foreign.status_code) == (404, 404)
    assert absent.json()["error"] == foreign.json()["error"]
    assert (await ask(world, headers=bound)).status_code == 200


async def test_the_scope_is_needed(world: ChatWorld) -> None:
    answer = await ask(world, headers=await world.access.account("workspace:read"))
    assert answer.status_code == 403
    path = f"/internal/v1/applications/{app_id('web-app')}/performance"
    assert (await world.access.client.get(path)).status_code == 401


async def test_a_store_that_cannot_be_read_is_an_upstream(world: ChatWorld) -> None:
    folder = world.access.context.settings.home_folder() / "metrics"
    blocked(folder)
    answer = await ask(world)
    assert answer.status_code == 503
    assert answer.json()["error"]["details"]["source"] == "embedded"


def blocked(folder: Path) -> None:
    """A folder stands where the file should be."""
    (folder / "metrics.db").mkdir(parents=True)
