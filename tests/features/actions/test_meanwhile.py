"""What may happen between plan, confirmation, write and end: moved namespaces, switches, outages, restarts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select

from hexaops.backends.kubernetes.errors import KubernetesInvalidError
from hexaops.factory import ProcessContext
from hexaops.features.changes.errors import PlanStaleError
from hexaops.features.changes.writes import GuardedWriter, NumberedWrite
from hexaops.features.runs.runner import RUN
from hexaops.runbooks.live import LiveObject
from hexaops.storage.tables import AuditRow, AutomationRow, OperationRow, WorkspaceRow, WriteIntentRow
from simulator.server.faults import ApiFaults, Fault
from simulator.world.index import Workload
from tests.living import LivingWorld, living_world


def error_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 409, answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


async def take_up(context: ProcessContext, operation_id: str) -> None:
    """Carry an operation on, as the engine does with one that a dead process left."""
    run, *_ = context.engine._runs[RUN]
    await run(operation_id)


async def administer(world: LivingWorld, method: str, path: str, body: Any) -> None:
    answer = await world.access.client.request(
        method, f"/internal/v1{path}", json=body, headers=world.access.administrator
    )
    assert answer.status_code < 300, answer.text


async def test_a_plan_is_not_confirmed_after_its_namespace_moved_and_its_name_means_another(world: LivingWorld) -> None:
    tenant = await world.access.workspace("Tenant", "frontend")
    olga = await world.access.member("olga", "operator", tenant)
    url = f"/api/v1/workspaces/{tenant}/aiops/actions"
    body: dict[str, Any] = {"action": "restart_application", "parameters": {"application_id": "web-app"}}
    planned = (await world.access.client.post(url, json=body, headers=olga)).json()["data"]["plan"]
    twin = world.workload("web-app")
    spec = {**twin["spec"], "replicas": 1}
    metadata = {"name": "web-app", "namespace": "backend", "labels": twin["metadata"].get("labels", {})}
    kept = {key: twin[key] for key in ("apiVersion", "kind")}
    world.cluster.store.create("deployments.apps", {**kept, "metadata": metadata, "spec": spec})
    await world.settled(lambda cache: cache.find("Deployment", "backend", "web-app"))
    await administer(world, "PATCH", f"/workspaces/{tenant}", {"namespaces": ["backend"]})
    body["parameters"] |= {
        "confirmation": True, "plan_id": planned["plan_id"], "plan_hash": planned["plan_hash"],
    }  # fmt: skip
    answer = await world.access.client.post(url, json=body, headers=olga)
    assert error_of(answer)["code"] == "PLAN_STALE"
    assert not world.writes()


async def test_a_hash_without_its_plan_confirms_nothing(world: LivingWorld) -> None:
    answer = await world.ask("restart_application", "web-app", confirmation=True, plan_hash="0" * 64)
    assert answer.status_code == 422
    assert "parameters.plan_id" in answer.json()["error"]["details"]
    assert not world.writes()


class Interrupted(GuardedWriter):
    """Something happens after the run was examined, just before its write."""

    happens = "switch"

    async def record_intent(
        self, operation: OperationRow, numbered: NumberedWrite, live: LiveObject | None
    ) -> WriteIntentRow:
        """As the guarded one, a moment later."""
        if numbered.purpose == "apply":
            async with self._database.transaction() as session:
                if self.happens == "switch":
                    off = {"enabled": False, "reason": "incident", "changed_by": "x", "changed_at": self._clock.now()}
                    session.add(AutomationRow(scope="*", **off))
                else:
                    (await session.get_one(WorkspaceRow, operation.workspace_id)).status = "suspended"
        return await super().record_intent(operation, numbered, live)


class Suspended(Interrupted):
    """The workspace is suspended."""

    happens = "suspension"


async def _stopped_before_its_write(url: str, home: Path, writer: type[Interrupted]) -> dict[str, Any]:
    async with living_world(url, home, writer_class=writer) as world:
        action = await world.run("restart_application", "web-app")
        assert action["status"] == "failed"
        assert not world.writes()
        assert action["result"]["details"]["note"] == "Nothing had been changed"
        return action


async def test_the_kill_switch_holds_at_the_very_write(sqlite_url: str, tmp_path: Path) -> None:
    action = await _stopped_before_its_write(sqlite_url, tmp_path, Interrupted)
    assert action["error"]["message"] == "Automation is switched off"


async def test_a_suspended_workspace_writes_nothing_more(sqlite_url: str, tmp_path: Path) -> None:
    action = await _stopped_before_its_write(sqlite_url, tmp_path, Suspended)
    assert action["error"]["code"] == PlanStaleError.code


async def test_a_refused_write_is_recorded_as_not_applied(world: LivingWorld) -> None:
    plan = await world.plan("scale_application", "web-app", replicas=4)
    answer = await world.confirm(plan)
    world.api.faults.add(Fault(verbs=("patch",), path="/web-app/scale", status=422, times=None))
    action = await world.ended(answer.json()["data"]["action_id"])
    assert (action["status"], action["error"]["code"]) == ("failed", "KUBERNETES_INVALID")
    assert action["result"]["rolled_back"] is True
    assert world.workload("web-app")["spec"]["replicas"] == 3


class Refused(GuardedWriter):
    """The dry run passes, the write itself is refused."""

    async def send(
        self, operation: OperationRow, numbered: NumberedWrite, live: LiveObject | None, *, dry_run: bool = False
    ) -> None:
        """Refused unless dry."""
        if not dry_run:
            message = "an admission webhook denied it"
            raise KubernetesInvalidError(message)
        await super().send(operation, numbered, live, dry_run=True)


async def test_an_intent_is_always_followed_by_what_became_of_it(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path, writer_class=Refused) as world:
        action = await world.run("scale_application", "web-app", replicas=4)
        assert (action["status"], action["result"]["rolled_back"]) == ("failed", True)
        assert action["result"]["details"]["note"] == "Nothing had been changed"
        async with world.access.context.database.reading() as session:
            query = select(AuditRow).where(AuditRow.action == "change.write").order_by(AuditRow.seq)
            assert [row.outcome for row in (await session.scalars(query)).all()] == ["intended", "failed"]


class Outage(GuardedWriter):
    """The API server goes away right after it was written to."""

    faults: ClassVar[ApiFaults]

    async def send(
        self, operation: OperationRow, numbered: NumberedWrite, live: LiveObject | None, *, dry_run: bool = False
    ) -> None:
        """As the guarded one; then six readings fail, more than the client's own tries."""
        await super().send(operation, numbered, live, dry_run=dry_run)
        if not dry_run:
            self.faults.add(Fault(verbs=("get",), path="/deployments/web-app", status=503, times=6))


async def test_an_api_server_that_is_away_after_the_write_is_waited_for(sqlite_url: str, tmp_path: Path) -> None:
    """Neither failed nor undone: what cannot be read is not judged."""
    async with living_world(sqlite_url, tmp_path, writer_class=Outage) as world:
        Outage.faults = world.api.faults
        action = await world.run("scale_application", "web-app", replicas=4)
        assert action["status"] == "completed", action
        assert len(world.writes()) == 1


async def test_a_busy_object_is_written_all_the_same(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path) as world:
        plan = await world.plan("scale_application", "web-app", replicas=4)
        answer = await world.confirm(plan)
        world.api.faults.add(Fault(verbs=("patch",), path="/web-app/scale", status=409, times=7))
        action = await world.ended(answer.json()["data"]["action_id"])
        assert action["status"] == "completed", action


async def test_an_application_that_is_deleted_under_a_change_ends_it(world: LivingWorld) -> None:
    world.cluster.faults.break_workload(Workload("Deployment", "frontend", "web-app"), "never-ready")
    answer = await world.confirm(await world.plan("scale_application", "web-app", replicas=6))
    action_id = answer.json()["data"]["action_id"]
    await world.until(action_id, lambda _: world.workload("web-app")["spec"]["replicas"] == 6)
    world.cluster.store.delete("deployments.apps", "frontend", "web-app")
    action = await world.ended(action_id)
    assert (action["status"], action["result"]["rolled_back"]) == ("failed", False)
    assert "deleted" in action["result"]["details"]["note"]
    assert len(world.writes()) == 1


async def test_what_became_healthy_unseen_is_not_undone(sqlite_url: str, tmp_path: Path) -> None:
    """The time limit is over when the run is taken up again, and the application is as planned."""
    async with living_world(sqlite_url, tmp_path) as world:
        action = await world.run("scale_application", "web-app", replicas=4)
        context = world.access.context
        async with context.database.transaction() as session:
            row = await session.get_one(OperationRow, action["action_id"])
            row.status, row.completed_at = "running", None
            intent = (await session.scalars(select(WriteIntentRow))).one()
            intent.created_at = intent.created_at.replace(year=2020)
        await take_up(context, action["action_id"])
        again = await world.ended(action["action_id"])
        assert again["status"] == "completed"
        assert len(world.writes()) == 1


async def test_a_run_waits_until_the_cluster_has_been_read(world: LivingWorld) -> None:
    """As after a restart: neither refused for want of evidence nor taken for gone."""
    plan = await world.plan("scale_application", "web-app", replicas=4)
    cache = world.access.context.clusters.default.cache
    cache.table("EndpointSlice").synced = False  # the run needs it, and nothing before the run does
    answer = await world.confirm(plan)
    action_id = answer.json()["data"]["action_id"]
    await world.until(action_id, lambda action: action["steps"][0]["status"] == "in_progress")
    assert not world.writes()
    cache.table("EndpointSlice").synced = True
    cache.note_progress()
    assert (await world.ended(action_id))["status"] == "completed"


async def test_a_cancellation_that_was_accepted_wins_over_the_end(world: LivingWorld) -> None:
    action = await world.run("scale_application", "web-app", replicas=4)
    context = world.access.context
    async with context.database.transaction() as session:
        row = await session.get_one(OperationRow, action["action_id"])
        row.status, row.completed_at = "cancelling", None
    await take_up(context, action["action_id"])
    assert (await world.ended(action["action_id"]))["status"] == "cancelled"
    assert world.workload("web-app")["spec"]["replicas"] == 3
