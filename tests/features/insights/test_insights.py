"""Both shapes of insights on the documents' own world: true findings, computed figures, reasons for what is null."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from hexaops.backends.metrics.base import Series, Signal, Subject, Window
from hexaops.backends.metrics.prices import MeteredPrices
from hexaops.features.insights.service import InsightService
from hexaops.features.metrics.sources import MetricSources
from hexaops.storage.tables.webhooks import WebhookEventRow
from tests.contract.documented import ENDPOINTS
from tests.contract.matching import compare
from tests.living import LivingWorld, living_world

PATH = "/aiops/insights"
PUBLIC = next(one for one in ENDPOINTS if one.name == "POST /api/v1/workspaces/:wsId/aiops/insights")
INTERNAL = next(one for one in ENDPOINTS if one.name == "POST /internal/v1/workspaces/:workspaceId/insights")


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


class Written:
    """A source of metrics in which the use of every application rises by half over the time."""

    name = "written"

    async def read(self, signal: Signal, subject: Subject, window: Window, step_seconds: float | None = None) -> Series:
        step = step_seconds or 60.0
        count = int(window.seconds / step)
        level = 0.1 if "cpu" in signal else 64.0 * 2**20
        values = np.full(count, 2.0) if signal is Signal.REPLICAS else np.linspace(level, 1.5 * level, count)
        return Series(signal, subject, window.start, step, values, self.name, f"{signal} of {subject.name}")


class Priced(MetricSources):
    """Sources that tell these prices for every cluster."""

    metered = MeteredPrices()

    async def prices(self, cluster_id: str, at: float) -> MeteredPrices:
        del cluster_id, at
        return self.metered


def _with_history(world: LivingWorld, source: Written | None = None, metered: MeteredPrices | None = None) -> None:
    """Let the served insights read their history, and OpenCost's prices, from these."""
    held = world.access.get(InsightService)
    sources = Priced(source or Written(), world.access.context.clusters)
    sources.metered = metered or MeteredPrices()
    engine = replace(held.engine, sources=sources)
    world.access.context.provider.add(replace(held, engine=engine))


async def _ask(world: LivingWorld, **body: Any) -> dict[str, Any]:
    answer = await world.call("POST", PATH, body)
    assert answer.status_code == 200, answer.text
    assert compare(PUBLIC.response, answer.json()).problems == [], answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def _internal(world: LivingWorld, **body: Any) -> dict[str, Any]:
    url = f"/internal/v1/workspaces/{world.workspace_id}/insights"
    answer = await world.access.client.post(url, json=body, headers=world.access.administrator)
    assert answer.status_code == 200, answer.text
    assert compare(INTERNAL.response, answer.json()).problems == [], answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _about(data: dict[str, Any], name: str, category: str) -> list[dict[str, Any]]:
    return [
        one
        for one in data["insights"]
        if one["category"] == category and name in {resource["name"] for resource in one["affected_resources"]}
    ]


async def test_what_is_down_comes_with_its_cause_and_what_mends_it(world: LivingWorld) -> None:
    data = await _ask(world, focus_areas=["reliability"])
    (found,) = _about(data, "database-app", "reliability")
    assert (found["severity"], data["time_range"]) == ("high", "24h")
    assert "could not locate a valid checkpoint record" in found["description"]
    (recommended,) = found["recommendations"]
    assert recommended["action"] == "restart_failing_pods"
    assert recommended["estimated_impact"] == "1 of 3 replicas back"
    assert recommended["parameters"]["application_id"] == found["affected_resources"][0]["id"]
    (full,) = _about(data, "cache-service", "reliability")
    (advice,) = full["recommendations"]
    assert (advice["action"], "parameters" in advice) == (None, False)
    assert advice["manual_steps"], "what no action does is done by hand"
    assert {one["category"] for one in data["insights"]} == {"reliability"}
    assert data["summary"]["high_priority"] == 2
    assert data["summary"]["total_insights"] == len(data["insights"])


async def test_recommended_actions_exist_and_their_plans_are_made(world: LivingWorld) -> None:
    _with_history(world)
    data = await _ask(world, time_range="7d")
    advised = [each for one in data["insights"] for each in one["recommendations"] if each["action"] is not None]
    assert {each["action"] for each in advised} >= {"update_configuration", "create_alert", "restart_failing_pods"}
    for action in {each["action"] for each in advised}:
        each = next(one for one in advised if one["action"] == action)
        answer = await world.call("POST", "/aiops/actions", {"action": action, "parameters": each["parameters"]})
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["status"] == "awaiting_confirmation"


async def test_who_shares_one_account_is_named(world: LivingWorld) -> None:
    data = await _ask(world, focus_areas=["security"])
    shared = [one for one in data["insights"] if one["title"].endswith(": pods share one identity")]
    assert {one["title"].partition(":")[0] for one in shared} == {
        f"ServiceAccount {project}/default" for project in ("frontend", "backend", "data")
    }
    assert sorted(len(one["affected_resources"]) for one in shared) == [2, 5, 5]


async def test_without_history_savings_are_null_with_the_reason(world: LivingWorld) -> None:
    data = await _ask(world)
    assert data["summary"]["potential_monthly_savings"] is None
    assert "sizing needs 100 points of history" in data["reasons"]["summary.potential_monthly_savings"]
    internal = await _internal(world)
    assert internal["trends"]["resource_usage"]["trend"] is None
    assert "have been measured" in internal["reasons"]["trends.resource_usage.trend"]
    assert internal["trends"]["cost"]["forecast"] is None
    assert "the history is too short" in internal["reasons"]["trends.cost.forecast"]
    assert "two days of history" in internal["reasons"]["trends.resource_usage.level_changes"]


async def test_with_history_savings_and_trends_are_computed(world: LivingWorld) -> None:
    _with_history(world)
    data = await _ask(world, time_range="7d", focus_areas=["cost_optimization", "performance"])
    saved = [
        float(one["estimated_savings"].removeprefix("$").removesuffix("/month"))
        for insight in data["insights"]
        for one in insight["recommendations"]
        if "estimated_savings" in one
    ]
    assert saved
    assert data["summary"]["potential_monthly_savings"] == pytest.approx(sum(saved), abs=0.01)
    rising = [one for one in data["insights"] if one.get("metrics", {}).get("trend") == "increasing"]
    assert rising[0]["metrics"]["change_percentage"] == pytest.approx(40.0, abs=0.5)
    internal = await _internal(world, time_range="7d")
    assert internal["trends"]["resource_usage"]["trend"] == "increasing"
    assert internal["trends"]["resource_usage"]["rate"] == pytest.approx(40.0, abs=0.5)
    assert "CPU is used up in" in internal["trends"]["resource_usage"]["projection"]
    ahead = internal["trends"]["resource_usage"]["forecast"]
    assert ahead["low"] <= ahead["expected"] <= ahead["high"]
    assert (ahead["unit"], ahead["method"]) == ("cores", "trend and time of day")
    assert internal["trends"]["resource_usage"]["level_changes"] == [], "a slope is no level"
    cost = internal["trends"]["cost"]
    assert cost["trend"] == "stable", "use that stays below what is requested is not charged"
    assert cost["basis"].startswith("charged by application")


async def test_the_overview_tells_the_same_score_at_the_same_moment(world: LivingWorld) -> None:
    overview = await world.access.client.get(
        f"/internal/v1/workspaces/{world.workspace_id}/overview", headers=world.access.administrator
    )
    told = overview.json()["data"]["health_metrics"]
    data = await _internal(world)
    assert data["overall_assessment"]["health_score"] == told["overall_score"]
    assert data["evidence"]["availability"] == told["availability"]
    assert data["evidence"]["performance_score"] == told["performance_score"]
    assert data["evidence"]["issue_score"] == told["evidence"]["issue_score"]


async def test_scores_follow_from_their_inputs(world: LivingWorld) -> None:
    data = await _internal(world, analysis_type="performance", context={"recent_changes": True})
    scores, inputs = data["overall_assessment"], data["evidence"]
    available = 100 * inputs["ready_replicas"] / inputs["desired_replicas"]
    assert inputs["availability"] == pytest.approx(available, abs=0.06)
    health = 0.5 * inputs["availability"] + 0.3 * inputs["performance_score"] + 0.2 * inputs["issue_score"]
    assert scores["health_score"] == pytest.approx(health, abs=0.06)
    assert 0 < scores["efficiency_score"] <= 100
    assert 0 < scores["cost_score"] <= 100
    assert sum(inputs["pod_security_levels"].values()) == 12
    assert inputs["monthly_cost"] == pytest.approx(inputs["monthly_compute_cost"] + inputs["monthly_storage_cost"])
    assert {(one["of"], one["source"]) for one in inputs["prices"]} >= {
        ("cpu_core_hour", "default"), ("memory_gib_hour", "default"),
    }  # fmt: skip
    assert data["action_plan"]["immediate"]
    assert isinstance(data["recent_changes"], list)


async def test_prices_of_opencost_are_charged_and_named(world: LivingWorld) -> None:
    before = (await _internal(world))["evidence"]
    names = [row.name for row in world.access.context.clusters.default.cache.nodes()]
    _with_history(world, metered=MeteredPrices(cpu_core_hour=dict.fromkeys(names, 0.31611)))
    after = (await _internal(world))["evidence"]
    used = {one["of"]: (one["dollars"], one["source"]) for one in after["prices"]}
    assert used["cpu_core_hour"] == (0.31611, "opencost")
    assert used["memory_gib_hour"] == (0.004237, "default")
    assert after["monthly_compute_cost"] > 2 * before["monthly_compute_cost"]
    _with_history(world, metered=MeteredPrices(reason="OpenCost's prices cannot be read: it did not answer in time"))
    refused = await _internal(world)
    assert refused["reasons"]["evidence.prices"].startswith("OpenCost's prices cannot be read")
    assert {one["source"] for one in refused["evidence"]["prices"]} == {"default"}


async def test_focus_areas_and_the_kind_of_analysis_choose(world: LivingWorld) -> None:
    only = await _internal(world, focus_areas=["security_posture"])
    assert {one["category"] for one in only["insights"]} == {"security"}
    typed = await _internal(world, analysis_type="cost")
    assert {one["category"] for one in typed["insights"]} <= {"cost_optimization"}


async def test_feedback_is_matched_and_never_invented(world: LivingWorld) -> None:
    feedback = [
        {"issue": "it is down", "component": "database-app"},
        {"issue": "<b>slow</b>", "component": "nothing-of-the-kind"},
    ]
    data = await _internal(world, context={"user_feedback": feedback})
    known, unknown = data["feedback"]
    assert data["insights"][known["insights"][0]]["title"].startswith("database-app")
    assert (unknown["application_id"], unknown["insights"]) == (None, [])
    assert "no application" in data["reasons"]["feedback[1].application_id"]


async def test_recommendations_can_be_left_out(world: LivingWorld) -> None:
    data = await _internal(world, include_recommendations=False)
    assert all(one["recommendations"] == [] for one in data["insights"])
    assert data["action_plan"] == {"immediate": [], "short_term": [], "long_term": []}


async def test_one_application(world: LivingWorld) -> None:
    data = await _ask(world, scope="application", application_id="cache-service")
    assert _about(data, "cache-service", "reliability")
    assert not _about(data, "database-app", "reliability")
    answer = await world.call("POST", PATH, {"scope": "application", "application_id": "nothing-here"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"focus_areas": ["performance", "beauty"]}, "focus_areas[1]"),
        ({"focus_areas": []}, "focus_areas"),
        ({"time_range": "90d"}, "time_range"),
        ({"time_range": "soon"}, "time_range"),
        ({"scope": "galaxy"}, "scope"),
        ({"include_recommendations": "perhaps"}, "include_recommendations"),
        ({"focus": ["security"]}, "focus"),
        ({"scope": "application"}, "application_id"),
        ({"application_id": "web-app"}, "application_id"),
    ],
)
async def test_bad_values_name_the_field(world: LivingWorld, body: dict[str, Any], field: str) -> None:
    answer = await world.call("POST", PATH, body)
    assert answer.status_code == 422, answer.text
    assert any(field.split("[", maxsplit=1)[0] in key for key in answer.json()["error"]["details"]), answer.text
    url = f"/internal/v1/workspaces/{world.workspace_id}/insights"
    internal = await world.access.client.post(url, json={"analysis_type": "x"}, headers=world.access.administrator)
    assert internal.status_code == 422


async def test_who_may_ask(world: LivingWorld) -> None:
    stranger = world.access.token("nobody")
    assert (await world.call("POST", PATH, {}, headers=stranger)).status_code == 404
    url = f"/internal/v1/workspaces/{world.workspace_id}/insights"
    poor = await world.access.account("logs:read")
    assert (await world.access.client.post(url, json={}, headers=poor)).status_code == 403


async def test_an_assessment_is_announced_to_webhooks(world: LivingWorld) -> None:
    data = await _ask(world, focus_areas=["reliability"])
    (event,) = await _events(world, "aiops.insight.generated")
    assert event["event"] == "aiops.insight.generated"
    assert event["data"]["insight"]["total"] == len(data["insights"])
    assert event["data"]["workspace"]["id"] == world.workspace_id
    assert event["data"]["result"] == {"success": True, "resources_affected": 2}
    assert await _events(world, "aiops.anomaly.detected") == []


async def test_what_is_unusual_is_announced(world: LivingWorld) -> None:
    _with_history(world, Odd())
    data = await _ask(world, time_range="7d", scope="application", application_id="web-app")
    unusual = [one for one in data["insights"] if "novelty" in one.get("metrics", {})]
    assert unusual
    events = await _events(world, "aiops.anomaly.detected")
    assert len(events) == len(unusual)
    assert events[0]["data"]["anomaly"]["application"] == "web-app"


class Odd(Written):
    """A wave that ends in what it never did before."""

    async def read(self, signal: Signal, subject: Subject, window: Window, step_seconds: float | None = None) -> Series:
        made = await super().read(signal, subject, window, step_seconds)
        values = np.sin(np.arange(len(made.values)) / 7.0) + 2
        values[-5:] = 9.0
        return Series(signal, subject, made.start, made.step_seconds, values, self.name, made.query)


async def _events(world: LivingWorld, name: str) -> list[dict[str, Any]]:
    async with world.access.context.database.reading() as session:
        rows = await session.scalars(select(WebhookEventRow).where(WebhookEventRow.name == name))
        return [json.loads(row.body) for row in rows]
