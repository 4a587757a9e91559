"""Scaling by service accounts, on a simulated cluster: what starts at once, what waits, what is refused and why."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from hexaops.features.audit.event import AuditEvent
from hexaops.features.changes.confirmation import Acceptance, Confirmation
from hexaops.features.changes.request import Requester
from hexaops.features.runs.events import Announcement
from hexaops.features.webhooks.events import AUTOSCALE_TRIGGERED
from hexaops.kit.ids import stable_id
from hexaops.storage.tables import OperationRow, PlanRow, WebhookEventRow
from tests.living import LivingWorld

HPA = "horizontalpodautoscalers.autoscaling"
ANY = {"trigger": "cpu_threshold"}
FAR_BELOW = {"scaling_policy": {"scale_up_threshold": 0.02, "scale_down_threshold": 0.01}}
FAR_ABOVE = {"scaling_policy": {"scale_up_threshold": 1000, "scale_down_threshold": 999}}


def replicas_of(world: LivingWorld, name: str) -> int:
    found: int = world.workload(name)["spec"]["replicas"]
    return found


async def scale(world: LivingWorld, name: str, **body: Any) -> httpx2.Response:
    path = f"/internal/v1/workspaces/{world.workspace_id}/deployments/{name}/scale"
    return await world.access.client.post(path, json=body, headers=world.access.administrator)


async def autoscale(world: LivingWorld, name: str, **body: Any) -> httpx2.Response:
    project = world.workload(name)["metadata"]["namespace"]
    path = f"/internal/v1/applications/{stable_id('app-', 'c1', project, 'Deployment', name)}/autoscale"
    return await world.access.client.post(path, json={**ANY, **body}, headers=world.access.administrator)


async def told(world: LivingWorld) -> list[dict[str, Any]]:
    """The bodies of the events of autoscaling, whether anybody has subscribed or not."""
    wanted = select(WebhookEventRow.body).where(WebhookEventRow.name == AUTOSCALE_TRIGGERED)
    async with world.access.context.database.reading() as session:
        return [json.loads(body) for body in await session.scalars(wanted.order_by(WebhookEventRow.id))]


def data_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def refusal(answer: httpx2.Response) -> tuple[int, str, dict[str, Any]]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["details"]


async def test_scaling_up_is_of_low_risk_and_starts_at_once(world: LivingWorld) -> None:
    data = data_of(await scale(world, "web-app", replicas=4, reason="Increased traffic"))
    assert (data["previous_replicas"], data["new_replicas"], data["status"]) == (3, 4, "scaling")
    assert data["operation_id"].startswith("op-")
    assert data["started_at"] < data["estimated_completion"]
    assert data["reasons"] == {}
    await world.settled(lambda cache: (row := cache.find("Deployment", "frontend", "web-app")) and row.ready == 4)


async def test_scaling_down_waits_for_the_confirmation_of_its_plan(world: LivingWorld) -> None:
    data = data_of(await scale(world, "web-app", replicas=2))
    assert (data["status"], data["started_at"], data["operation_id"]) == ("awaiting_confirmation", None, None)
    assert set(data["reasons"]) == {"started_at", "operation_id", "estimated_completion"}
    assert replicas_of(world, "web-app") == 3
    plan = {key: data["plan"][key] for key in ("plan_id", "plan_hash")}
    other = await scale(world, "web-app", replicas=1, **plan)
    assert refusal(other)[:2] == (409, "PLAN_MISMATCH")
    confirmed = data_of(await scale(world, "web-app", replicas=2, **plan))
    assert (confirmed["status"], confirmed["new_replicas"]) == ("scaling", 2)


async def test_only_the_plan_is_shown_on_request(world: LivingWorld) -> None:
    data = data_of(await scale(world, "web-app", replicas=4, confirmation=False))
    assert data["status"] == "awaiting_confirmation"
    assert replicas_of(world, "web-app") == 3


async def test_an_autoscaler_and_the_number_to_begin_with_are_one_plan(world: LivingWorld) -> None:
    config = {"min_replicas": 2, "max_replicas": 10, "target_cpu_percentage": 70, "scale_down_delay": "5m"}
    data = data_of(await scale(world, "web-app", replicas=4, auto_scale_config=config))
    assert (data["status"], data["new_replicas"]) == ("awaiting_confirmation", 4)
    assert [(write["verb"], write["object"].split("/")[0]) for write in data["plan"]["writes"]] == [
        ("scale", "Deployment"), ("create", "HorizontalPodAutoscaler"),
    ]  # fmt: skip
    plan = {key: data["plan"][key] for key in ("plan_id", "plan_hash")}
    data_of(await scale(world, "web-app", replicas=4, auto_scale_config=config, **plan))
    await world.settled(lambda cache: any(one.name == "web-app" for one in cache.hpas("frontend")))
    await world.settled(lambda cache: (row := cache.find("Deployment", "frontend", "web-app")) and row.ready == 4)
    (made,) = [one for one in world.cluster.store.list(HPA) if one["metadata"]["name"] == "web-app"]
    assert (made["spec"]["minReplicas"], made["spec"]["maxReplicas"]) == (2, 10)
    assert made["spec"]["behavior"] == {"scaleDown": {"stabilizationWindowSeconds": 300}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"replicas": 0}, "replicas"),
        ({"replicas": "3"}, "replicas"),
        ({"replicas": 4, "plan_id": "plan_x"}, ""),
        ({"replicas": 4, "auto_scale_config": {"min_replicas": 2}}, "auto_scale_config.max_replicas"),
        (
            {"replicas": 4, "auto_scale_config": {"min_replicas": 2, "max_replicas": 9, "scale_down_delay": "soon"}},
            "auto_scale_config.scale_down_delay",
        ),
        ({"replicas": True}, "replicas"),
        ({"replicas": 4, "replica": 5}, "replica"),
        (
            {"replicas": 4, "auto_scale_config": {"min_replicas": 2, "max_replicas": 9}},
            "auto_scale_config.target_cpu_percentage",
        ),
        (
            {"replicas": 4, "auto_scale_config": {"min_replicas": 9, "max_replicas": 2, "target_cpu_percentage": 70}},
            "auto_scale_config",
        ),
    ],
)
async def test_wrong_bodies_name_their_field(world: LivingWorld, body: dict[str, Any], field: str) -> None:
    status, code, details = refusal(await scale(world, "web-app", **body))
    assert (status, code) == (422, "VALIDATION_FAILED")
    assert list(details) == [field] if field else details


async def test_the_largest_step_is_a_rule_here_too(world: LivingWorld) -> None:
    status, code, details = refusal(await scale(world, "web-app", replicas=50))
    assert (status, code, details["rule"]) == (409, "GUARDRAIL_REFUSED", 10)


async def test_an_unknown_deployment_is_not_found(world: LivingWorld) -> None:
    assert refusal(await scale(world, "no-such", replicas=2))[:2] == (404, "APPLICATION_NOT_FOUND")


async def test_a_load_beyond_the_threshold_is_scaled_up_by_what_is_measured(world: LivingWorld) -> None:
    data = data_of(await autoscale(world, "web-app", **FAR_BELOW))
    assert (data["scaling_action"], data["previous_replicas"], data["new_replicas"]) == ("scale_up", 3, 8)
    assert data["reason"] == "CPU usage exceeded 0.02% threshold; limited to the largest step"
    assert data["status"] == "scaling"
    assert data["evidence"]["used"] == "measured"
    again = data_of(await autoscale(world, "web-app", **FAR_BELOW))
    assert (again["scaling_action"], again["new_replicas"]) == ("none", again["previous_replicas"])


async def test_a_low_load_is_planned_to_be_scaled_down(world: LivingWorld) -> None:
    data = data_of(await autoscale(world, "api-service", **FAR_ABOVE))
    assert (data["scaling_action"], data["new_replicas"], data["status"]) == ("scale_down", 1, "awaiting_confirmation")
    assert replicas_of(world, "api-service") == 2
    plan = {key: data["plan"][key] for key in ("plan_id", "plan_hash")}
    assert await told(world) == [], "nothing has been triggered"
    confirmed = data_of(await autoscale(world, "api-service", **FAR_ABOVE, **plan))
    assert (confirmed["status"], confirmed["new_replicas"]) == ("scaling", 1)
    (event,) = await told(world)
    assert event["data"] == {
        "application": {"id": confirmed["application_id"], "name": "api-service"},
        "workspace": {"id": world.workspace_id, "name": event["data"]["workspace"]["name"]},
        "operation_id": confirmed["operation_id"],
        "scaling_action": "scale_down",
        "previous_replicas": 2,
        "new_replicas": 1,
        "reason": confirmed["reason"],
    }


async def test_what_is_told_is_written_with_the_operation_or_not_at_all(world: LivingWorld) -> None:
    plan = data_of(await autoscale(world, "api-service", **FAR_ABOVE))["plan"]
    context, account = world.access.context, world.access.administrator["X-Service-Account"]
    async with context.database.reading() as session:
        row = await session.get_one(PlanRow, plan["plan_id"])
    actor = AuditEvent("change.confirmed", "service", account, world.workspace_id)
    requester = Requester(world.workspace_id, "c1", account, None)
    unknown = Acceptance("operation", "op-", actor, requester, also=Announcement("internal.unknown", {}))
    confirmation = context.provider.get(Confirmation)
    with pytest.raises(ValueError, match=r"internal\.unknown"):
        await confirmation.confirm(row, row.hash, row.parameters, unknown)
    async with context.database.reading() as session:
        assert (await session.scalars(select(OperationRow.id))).all() == []
        assert (await session.scalars(select(WebhookEventRow.id))).all() == []
    given = {key: plan[key] for key in ("plan_id", "plan_hash")}
    assert data_of(await autoscale(world, "api-service", **FAR_ABOVE, **given))["status"] == "scaling"
    assert len(await told(world)) == 1


async def test_what_the_caller_reports_is_compared_and_does_not_decide(world: LivingWorld) -> None:
    policy = {"scaling_policy": {"scale_up_threshold": 900, "scale_down_threshold": 0.001}}
    data = data_of(await autoscale(world, "web-app", current_metrics={"cpu_percentage": 990.0}, **policy))
    assert (data["scaling_action"], data["status"]) == ("none", "unchanged")
    measured = data["evidence"]["measured"]
    assert data["evidence"]["mismatch"] == pytest.approx(990.0 - measured, abs=0.11)
    assert data["reasons"]["estimated_completion"] == "nothing is changed"


async def test_thresholds_out_of_order_are_refused(world: LivingWorld) -> None:
    policy = {"scaling_policy": {"scale_up_threshold": 30, "scale_down_threshold": 80}}
    assert refusal(await autoscale(world, "web-app", **policy))[:2] == (422, "VALIDATION_FAILED")


async def test_an_absent_application_is_not_found(world: LivingWorld) -> None:
    path = "/internal/v1/applications/app-none/autoscale"
    answer = await world.access.client.post(path, json=ANY, headers=world.access.administrator)
    assert refusal(answer)[:2] == (404, "APPLICATION_NOT_FOUND")
