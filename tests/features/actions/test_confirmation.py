"""A plan is confirmed as it was shown, by whom it was shown to, in time, once."""

from __future__ import annotations

import asyncio
import random
import string
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from hexaops.features.changes.plan import plan_hash
from hexaops.storage.tables import AuditRow, OperationRow, PlanRow
from tests.living import LivingWorld, living_world


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_confirming_twice_answers_with_the_same_action(world: LivingWorld) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=4)
    first, second = await asyncio.gather(world.confirm(plan), world.confirm(plan))
    started = {answer.json()["data"]["action_id"] for answer in (first, second) if answer.status_code == 200}
    assert len(started) == 1, (first.text, second.text)
    action = await world.ended(started.pop())
    again = await world.confirm(plan)
    assert again.json()["data"]["action_id"] == action["action_id"]
    assert len(world.writes()) == 1


async def test_a_changed_target_refuses_the_plan(world: LivingWorld) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=5)
    world.change("web-app", replicas=4)
    answer = await world.confirm(plan)
    assert code_of(answer) == (409, "PLAN_STALE")
    assert world.workload("web-app")["spec"]["replicas"] == 4


async def test_an_application_created_anew_refuses_the_plan(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "web-app")
    old = world.workload("web-app")
    world.cluster.store.delete("deployments.apps", "frontend", "web-app")
    metadata = {key: old["metadata"][key] for key in ("name", "namespace", "labels")}
    world.cluster.store.create("deployments.apps", {**old, "metadata": metadata})
    await world.settled(
        lambda cache: (row := cache.find("Deployment", "frontend", "web-app")) and row.uid != old["metadata"]["uid"]
    )
    assert code_of(await world.confirm(plan)) == (409, "PLAN_STALE")
    assert not world.writes()


async def test_status_alone_makes_no_plan_stale(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "database-app")
    found = world.workload("database-app")
    status = {**found["status"], "conditions": []}
    world.cluster.store.update("deployments.apps", {**found, "status": status})
    await world.carry_out(plan)


@pytest.mark.parametrize(
    "altered",
    [
        {"plan_hash": "0" * 64},
        {"plan_hash": None},
        {"replicas": 6},
        {"reason": "another"},
        {"application_id": "api-service"},
    ],
)
async def test_an_altered_confirmation_is_refused(world: LivingWorld, altered: dict[str, Any]) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=4)
    answer = await world.confirm(plan, **altered)
    assert answer.status_code in {409, 422}, answer.text
    assert not world.writes()


def altered_confirmations(count: int) -> list[dict[str, Any]]:
    """Seeded alterations of one or more fields, near misses of the hash among them."""
    rng = random.Random(11)
    letters = string.ascii_letters + string.digits + "_-é \u200b"

    def word() -> str:
        return "".join(rng.choice(letters) for _ in range(rng.randint(0, 80)))

    makers: dict[str, Any] = {
        "plan_hash": lambda: rng.choice([word(), "0" * 64, None, 7]),
        "plan_id": lambda: rng.choice([word(), "plan_" + word()]),
        "replicas": lambda: rng.choice([0, 1, 3, 5, 8, -1, 4.0001, "4", None]),
        "application_id": lambda: rng.choice([word(), "api-service", None]),
        "reason": word,
        "extra": lambda: rng.randint(0, 9),
        "confirmation": lambda: rng.choice([False, "true", 1, None]),
    }
    return [{name: makers[name]() for name in rng.sample(sorted(makers), rng.randint(1, 3))} for _ in range(count)]


@pytest.mark.parametrize("count", [300, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
async def test_no_altered_confirmation_of_many_executes(sqlite_world: LivingWorld, count: int) -> None:
    plan = await sqlite_world.plan("scale_application", "web-app", replicas=4)
    for case in altered_confirmations(count):
        answer = await sqlite_world.confirm(plan, **case)
        assert answer.status_code in {404, 409, 422} or answer.json()["data"]["status"] == "awaiting_confirmation"
    assert not sqlite_world.writes()
    await sqlite_world.carry_out(plan)


async def test_a_plan_altered_in_the_store_is_refused(world: LivingWorld) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=4)
    async with world.access.context.database.transaction() as session:
        row = await session.get_one(PlanRow, plan["plan_id"])
        (draft,) = row.document["drafts"]
        call = {"verb": "scale", "body": {"spec": {"replicas": 50}}}
        altered = {**draft, "writes": [{**draft["writes"][0], "call": call}]}
        row.document = {**row.document, "drafts": [altered]}
    assert code_of(await world.confirm(plan)) == (409, "PLAN_MISMATCH")


async def test_a_confirmation_expires(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "web-app")
    async with world.access.context.database.transaction() as session:
        past = world.access.context.clock.now() - timedelta(seconds=1)
        row = await session.get_one(PlanRow, plan["plan_id"])
        row.expires_at = past.replace(microsecond=0)
        row.hash = plan_hash(row)
        plan["plan_hash"] = row.hash
    assert code_of(await world.confirm(plan)) == (410, "PLAN_EXPIRED")


async def test_somebody_elses_plan_is_not_found(world: LivingWorld) -> None:
    plan = await world.plan("restart_application", "web-app")
    other = await world.access.member("otto", "operator")
    parameters = {
        **plan["parameters"],
        "confirmation": True,
        "plan_id": plan["plan_id"],
        "plan_hash": plan["plan_hash"],
    }
    body = {"action": "restart_application", "parameters": parameters}
    assert code_of(await world.call("POST", "/aiops/actions", body, headers=other)) == (404, "PLAN_NOT_FOUND")


async def test_confirmation_without_a_plan_runs_low_risk_only(world: LivingWorld) -> None:
    stop = await world.ask("stop_application", "notification-service", confirmation=True)
    assert stop.json()["data"]["status"] == "awaiting_confirmation"
    down = await world.ask("scale_application", "notification-service", replicas=1, confirmation=True)
    assert down.json()["data"]["status"] == "awaiting_confirmation"
    assert not world.writes()
    restart = await world.ask("restart_application", "notification-service", confirmation=True)
    assert (await world.ended(restart.json()["data"]["action_id"]))["status"] == "completed"


async def test_a_policy_can_demand_a_plan_for_everything(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, {"single_call_risk": "none"}) as world:
        answer = await world.ask("restart_application", "web-app", confirmation=True)
        assert answer.json()["data"]["status"] == "awaiting_confirmation"


async def test_one_operation_per_target(world: LivingWorld) -> None:
    plans = [await world.plan("scale_application", "web-app", replicas=count) for count in (4, 5, 6, 7)]
    answers = await asyncio.gather(*(world.confirm(plan) for plan in plans))
    started = [answer for answer in answers if answer.status_code == 200]
    assert len(started) == 1, [answer.text for answer in answers]
    for answer in answers:
        if answer.status_code != 200:
            error = answer.json()["error"]
            assert error["code"] in {"OPERATION_IN_PROGRESS", "PLAN_STALE"}
            if error["code"] == "OPERATION_IN_PROGRESS":
                assert set(error["details"]) == {"resource_id", "current_operation", "estimated_completion"}
    await world.ended(started[0].json()["data"]["action_id"])
    assert len(world.writes()) == 1


async def test_intent_and_result_stand_in_the_audit_log(world: LivingWorld) -> None:
    action = await world.run("scale_application", "web-app", replicas=4)
    async with world.access.context.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.seq))).all()
    told = [(row.action, row.outcome) for row in rows if row.action.startswith("change.")]
    assert told == [
        ("change.planned", "ok"), ("change.confirmed", "ok"), ("change.write", "intended"), ("change.write", "ok"),
        ("change.completed", "ok"),
    ]  # fmt: skip
    assert action["requested_by"] == "local:olga"


async def test_without_an_audit_record_nothing_is_written(sqlite_world: LivingWorld) -> None:
    plan = await sqlite_world.plan("scale_application", "web-app", replicas=4)
    async with sqlite_world.access.context.database.transaction() as session:
        refuse = "CREATE TRIGGER no_audit BEFORE INSERT ON {} BEGIN SELECT RAISE(ABORT, 'full'); END"
        await session.execute(text(refuse.format(AuditRow.__tablename__)))
    answer = await sqlite_world.confirm(plan)
    assert answer.status_code >= 500
    assert not sqlite_world.writes()
    async with sqlite_world.access.context.database.reading() as session:
        assert (await session.scalars(select(OperationRow))).first() is None
