"""A confirmation does what its plan says: each refusal, and each row that is written, with no cluster behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from hexaops.errors import HexaopsError
from hexaops.features.audit.event import AuditEvent
from hexaops.features.changes.confirmation import LOOKS_SECONDS, Acceptance, Confirmation, _check_match, _check_same
from hexaops.features.changes.errors import (
    GuardrailRefusedError,
    PlanExpiredError,
    PlanMismatchError,
    PlanNotFoundError,
    PlanStaleError,
)
from hexaops.features.changes.plan import DEFAULT_ESTIMATES, Plan, plan_hash, plan_of
from hexaops.features.changes.planner import Examined
from hexaops.features.changes.plans import Plans
from hexaops.features.changes.request import Bounds, ChangeRequest, Requester
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.features.runs.events import Announcement
from hexaops.features.runs.runner import RUN
from hexaops.features.runs.store import OperationStore
from hexaops.kit.failpoints import Failpoints
from hexaops.runbooks.model import Call, Draft, RecordChange, TargetRef
from hexaops.storage.database import DatabaseUnavailableError
from hexaops.storage.tables import AuditRow, OperationHoldRow, OperationRow, OperationStepRow, PlanRow, WorkspaceRow
from tests.features.changes.drafts import NOW, PARAMETERS, draft, examined, plan, plan_row
from tests.serving import AccessWorld, access_world

RECORD = RecordChange(kind="alert", id="a-1", verb="create", fields={"name": "x"}, changes=())


def retargeted(one: Draft, **changed: Any) -> Draft:
    return replace(one, target=replace(one.target, **changed))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (plan(retargeted(draft(), uid="uid-2")), "it was created anew under its name"),
        (plan(retargeted(draft(), generation=8)), "its specification was changed"),
        (plan(draft(writes=())), "a field that the plan names was changed"),
        (plan(draft(records=(RECORD,))), "it was changed meanwhile"),
        (plan(changed=(("replicas: 3 -> 5",),)), "the dry run gives another difference"),
    ],
)
def test_a_plan_of_which_anything_has_changed_is_stale(found: Plan, reason: str) -> None:
    with pytest.raises(PlanStaleError) as refused:
        _check_same(plan(), examined(found))
    assert refused.value.details["reason"] == reason


@pytest.mark.parametrize(
    "changed",
    [
        {"call": Call(verb="scale", body={"spec": {"replicas": 5}})},
        {"undo": None},
        {"changes": ()},
        *({"target": replace(draft().target, **{name: "other"})} for name in ("kind", "namespace", "name", "uid")),
    ],
)
def test_every_part_of_a_write_is_bound(changed: Any) -> None:
    write = replace(draft().writes[0], **changed)
    with pytest.raises(PlanStaleError, match="a field that the plan names was changed"):
        _check_same(plan(), examined(plan(draft(writes=(write,)))))


def test_what_is_status_only_makes_no_plan_stale() -> None:
    write = replace(draft().writes[0], target=replace(draft().target, resource_version="9", generation=9))
    _check_same(plan(), examined(plan(draft(writes=(write,), ready_pods_down=3, pods_touched=9))))
    _check_same(plan(draft("web"), draft("api")), examined(plan(draft("web"), draft("api"))))


def test_another_number_of_subjects_is_no_plan() -> None:
    with pytest.raises(ValueError, match="zip"):
        _check_same(plan(draft("web"), draft("api")), examined(plan(draft("web"))))


@pytest.mark.parametrize(
    ("parameters", "different"),
    [
        ({"application_id": "app-1", "replicas": 5}, ["replicas"]),
        ({"application_id": "app-1", "replicas": 4.0}, ["replicas"]),
        ({"application_id": "app-1", "replicas": True}, ["replicas"]),
        ({"application_id": "app-1"}, ["replicas"]),
        ({**PARAMETERS, "reason": "x"}, ["reason"]),
        ({"application_id": "app-2", "replicas": 3}, ["application_id", "replicas"]),
    ],
)
def test_parameters_are_the_plan_s(parameters: dict[str, Any], different: list[str]) -> None:
    row = plan_row(plan())
    _check_match(row, row.hash, dict(reversed(PARAMETERS.items())))
    with pytest.raises(PlanMismatchError) as refused:
        _check_match(row, row.hash, parameters)
    assert refused.value.details == {f"parameters.{name}": "differs from the plan" for name in different}


def test_a_plan_is_confirmed_by_its_own_hash() -> None:
    row = plan_row(plan())
    for given in ("", "0" * 64, row.hash.upper(), f"{row.hash} ", "\u00e9"):
        with pytest.raises(PlanMismatchError) as refused:
            _check_match(row, given, PARAMETERS)
        assert refused.value.details == {"parameters.plan_hash": "not this plan's"}
    row.user_id = "local:otto"
    with pytest.raises(PlanMismatchError) as refused:
        _check_match(row, row.hash, PARAMETERS)
    assert refused.value.details == {"parameters.plan_id": "altered"}


@dataclass
class Noted:
    """The parts around a confirmation: what the cluster says, the durable engine, and what is told."""

    store: OperationStore
    found: Examined | HexaopsError | None = None
    asked: list[tuple[ChangeRequest, datetime]] = field(default_factory=list)
    enqueued: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[Any, ...]] = field(default_factory=list)
    meanwhile: Any = None
    """Awaited while the change is examined."""
    broken: Exception | None = None
    """Raised where the run is enqueued."""

    async def examine(self, request: ChangeRequest, at: datetime) -> Examined:
        """As Planner does."""
        self.asked.append((request, at))
        if self.meanwhile:
            await self.meanwhile()
        assert isinstance(self.found, Examined)
        return self.found

    async def enqueue(self, _session: Any, name: str, **given: Any) -> None:
        """As DurableEngine does."""
        if self.broken:
            raise self.broken
        self.enqueued.append({"name": name, **given})

    async def started(self, _session: Any, operation: OperationRow, actor: AuditEvent, also: Any) -> None:
        """As OperationEvents does."""
        self.told.append((operation.id, actor.action, also))


@dataclass
class Confirming:
    """A workspace with the namespace `team`, and a confirmation over noted parts."""

    access: AccessWorld
    parts: Noted
    requester: Requester
    confirmation: Confirmation

    async def stored(self, made: Plan, **given: Any) -> PlanRow:
        """The plan in the database; the cluster is as it says."""
        self.parts.found = examined(made)
        row = plan_row(made, workspace_id=self.requester.workspace_id, **given)
        async with self.access.context.database.transaction() as session:
            session.add(row)
        return row

    async def confirm(self, row: PlanRow, **changed: Any) -> str:
        """Confirm it as it was shown."""
        actor = AuditEvent("change.confirmed", "user", "local:anna", request_id="req-1")
        acceptance = replace(
            Acceptance(surface="action", id_prefix="act_", actor=actor, requester=self.requester), **changed
        )
        return await self.confirmation.confirm(row, row.hash, row.parameters, acceptance)

    async def rows(self, kind: Any) -> list[Any]:
        """All rows of a table."""
        async with self.access.context.database.reading() as session:
            return [*(await session.scalars(select(kind)))]


@asynccontextmanager
async def confirming(url: str, home: Path, **settings: Any) -> AsyncIterator[Confirming]:
    async with access_world(url, home, settings) as access:
        workspace_id = await access.workspace("Team", "team")
        store = access.get(OperationStore)
        parts = Noted(store)
        plans = replace(access.get(Plans), planner=cast(Any, parts), clock=access.clock)
        confirmation = Confirmation(plans, cast(Any, parts), cast(Any, parts), Failpoints())
        requester = Requester(workspace_id, "cluster-a", "local:anna", None)
        yield Confirming(access, parts, requester, confirmation)


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Confirming]:
    async with confirming(sqlite_url, tmp_path) as opened:
        yield opened


async def test_a_confirmed_plan_is_one_operation_with_its_steps_and_holds(world: Confirming) -> None:
    long = draft("web", description="x" * 600)
    made = plan(long, draft("api"), undoes_id="act_0")
    row = await world.stored(made)
    also = Announcement("x", {})
    bounded = replace(world.requester, bounds=Bounds(kubernetes_user="anna"))
    operation_id = await world.confirm(row, message_id="msg_1", requester=bounded, also=also)
    [operation] = await world.rows(OperationRow)
    assert (operation.id, operation.surface, operation.kind, operation.status) == (
        operation_id, "action", "scale_application", "queued",
    )  # fmt: skip
    assert operation_id.startswith("act_")
    assert (operation.workspace_id, operation.cluster_id, operation.plan_id) == (row.workspace_id, "cluster-a", row.id)
    assert operation.resource == "cluster-a/Deployment/team/web"
    assert (operation.resource_id, operation.requested_by) == ("app-web", "local:anna")
    assert (operation.message_id, operation.request_id, operation.rollback_of) == ("msg_1", "req-1", "act_0")
    assert (operation.fence, operation.parameters) == (0, PARAMETERS)
    assert operation.prior == {"parts": [{"replicas": 3}, {"replicas": 3}]}
    stored = msgspec.json.decode(msgspec.json.encode(made.drafts))
    assert operation.plan == {"drafts": stored, "kubernetes_user": "anna"}
    assert operation.started_at == operation.updated_at == world.access.clock.now()
    steps = await world.rows(OperationStepRow)
    assert [(step.seq, step.name, step.status, step.estimated_seconds) for step in steps] == [
        (0, "validate", "pending", 1.0), (1, "scale_workload", "pending", 20.0),
    ]  # fmt: skip
    holds = await world.rows(OperationHoldRow)
    assert sorted(hold.resource for hold in holds) == [f"cluster-a/Deployment/team/{name}" for name in ("api", "web")]
    assert {hold.operation_id for hold in holds} == {operation_id}
    assert world.parts.enqueued == [{"name": RUN, "run_id": operation_id, "argument": operation_id}]
    assert world.parts.told == [(operation_id, "change.confirmed", also)]
    assert (await world.rows(PlanRow))[0].operation_id == operation_id


async def test_a_description_is_cut_to_its_column(world: Confirming) -> None:
    await world.confirm(await world.stored(plan(draft(description="x" * 600))))
    assert [operation.description for operation in await world.rows(OperationRow)] == ["x" * 512]


async def test_the_change_is_examined_as_it_was_planned(world: Confirming) -> None:
    made = plan(draft("web"), draft("api"), own=({"replicas": 4}, {"replicas": 5}), undoes_id="act_0")
    row = await world.stored(made)
    await world.confirm(row, undoes=(draft(),))
    [(request, at)] = world.parts.asked
    assert at == row.created_at
    assert request == ChangeRequest(
        world.requester, "scale_application", made.subjects, PARAMETERS, made.own, (draft(),), "act_0"
    )


async def test_a_second_confirmation_answers_with_the_first(world: Confirming) -> None:
    row = await world.stored(plan())
    first = await world.confirm(row)
    world.access.clock.advance(301)  # an expired plan too
    row.operation_id = None  # as a twin read it, before the first was accepted
    with pytest.raises(PlanExpiredError):
        await world.confirm(row)
    row.operation_id = first
    assert await world.confirm(row) == first
    assert len(await world.rows(OperationRow)) == len(world.parts.enqueued) == 1


async def test_a_twin_that_comes_second_answers_with_the_first(world: Confirming) -> None:
    row, found = await world.stored(plan()), []

    async def twin() -> None:
        world.parts.meanwhile = None
        found.append(await world.confirm(row))
        async with world.access.context.database.transaction() as session:
            for hold in await session.scalars(select(OperationHoldRow)):
                await session.delete(hold)

    world.parts.meanwhile = twin
    assert [await world.confirm(row)] == found
    assert len(await world.rows(OperationRow)) == 1


@pytest.mark.parametrize(("seconds", "expired"), [(299, False), (300, True), (301, True)])
async def test_a_plan_ends_at_its_time(world: Confirming, seconds: int, expired: bool) -> None:
    row = await world.stored(plan())
    world.access.clock.advance(seconds)
    if not expired:
        assert await world.confirm(row)
        return
    with pytest.raises(PlanExpiredError) as refused:
        await world.confirm(row)
    assert refused.value.details == {"expired_at": "2024-01-20T15:35:00Z"}
    assert not world.parts.asked


async def test_a_plan_that_expires_while_it_is_examined_is_refused(world: Confirming) -> None:
    row = await world.stored(plan())

    async def slowly() -> None:
        world.access.clock.advance(301)

    world.parts.meanwhile = slowly
    with pytest.raises(PlanExpiredError):
        await world.confirm(row)
    assert await world.rows(OperationRow) == []


async def test_a_stale_plan_is_refused_and_nothing_is_written(world: Confirming) -> None:
    row = await world.stored(plan())
    world.parts.found = examined(plan(changed=((),)))
    with pytest.raises(PlanStaleError):
        await world.confirm(row)
    with pytest.raises(PlanMismatchError):
        await world.confirmation.confirm(row, "0" * 64, row.parameters, cast(Any, None))
    assert await world.rows(OperationRow) == []


async def test_a_held_target_is_refused_with_what_holds_it(world: Confirming) -> None:
    await world.confirm(await world.stored(plan()))
    asked = len(world.parts.asked)
    with pytest.raises(OperationInProgressError) as refused:
        await world.confirm(await world.stored(plan(), id="plan_2"))
    assert refused.value.details == {
        "resource_id": "app-web", "current_operation": "scale_application",
        "estimated_completion": "2024-01-20T15:30:21Z",
    }  # fmt: skip
    assert len(world.parts.asked) == asked


async def test_a_holder_of_unknown_length_has_no_end(world: Confirming) -> None:
    await world.confirm(await world.stored(plan(steps=())))
    with pytest.raises(OperationInProgressError) as refused:
        await world.confirm(await world.stored(plan(), id="plan_2"))
    assert refused.value.details["estimated_completion"] is None


async def test_a_target_that_is_taken_at_the_same_moment_is_refused(world: Confirming) -> None:
    first, second = await world.stored(plan(), id="plan_1"), await world.stored(plan(), id="plan_2")

    async def other(released: bool = False) -> None:
        world.parts.meanwhile = None
        await world.confirm(first)

    world.parts.meanwhile = other
    with pytest.raises(OperationInProgressError):
        await world.confirm(second)
    assert len(await world.rows(OperationRow)) == 1


async def test_a_conflict_that_nothing_explains_makes_the_plan_stale(world: Confirming) -> None:
    twice = RecordChange(kind="alert", id="a-1", verb="create", fields={}, changes=())
    row = await world.stored(plan(draft(records=(twice,))))
    async with world.access.context.database.transaction() as session:
        other = plan_row(plan(), id="plan_2", workspace_id=row.workspace_id)
        session.add(other)
    world.parts.broken = _conflict()
    with pytest.raises(PlanStaleError) as refused:
        await world.confirm(row)
    assert refused.value.details["reason"] == "another change was made to its target at the same moment"
    assert await world.rows(OperationRow) == []


def _conflict() -> Exception:
    from sqlalchemy.exc import IntegrityError  # noqa: PLC0415 # used here only

    return IntegrityError("insert", {}, Exception("unique"))


async def test_a_namespace_that_has_moved_or_a_suspended_workspace_refuses(world: Confirming) -> None:
    elsewhere = retargeted(draft(), namespace="shop")
    row = await world.stored(plan(replace(elsewhere, writes=())), id="plan_1")
    row.document = msgspec.to_builtins(plan(replace(elsewhere, records=(RECORD,), writes=())))
    row.hash = plan_hash(row)
    world.parts.found = examined(plan_of(row))
    with pytest.raises(PlanStaleError) as refused:
        await world.confirm(row)
    assert refused.value.details == {
        "reason": "the application is not in this workspace any more", "field": "workspace",
    }  # fmt: skip
    other = await world.stored(plan(), id="plan_2")
    async with world.access.context.database.transaction() as session:
        (await session.get_one(WorkspaceRow, row.workspace_id)).status = "suspended"
    with pytest.raises(PlanStaleError, match="suspended"):
        await world.confirm(other)
    assert await world.rows(OperationRow) == []


async def test_changes_of_a_window_are_counted_and_undoing_is_not(sqlite_url: str, tmp_path: Path) -> None:
    async with confirming(sqlite_url, tmp_path, changes_per_workspace=1, change_window_seconds=60) as world:
        await world.confirm(await world.stored(plan()))
        second = await world.stored(plan(draft("api")), id="plan_2")
        with pytest.raises(GuardrailRefusedError) as refused:
            await world.confirm(second)
        assert refused.value.rule == 10
        await world.confirm(second, undoes=(draft(),))
        world.access.clock.advance(61)
        await world.confirm(await world.stored(plan(draft("cart")), id="plan_3"))
        raised = replace(world.requester, bounds=Bounds(changes_cap=2))
        await world.confirm(await world.stored(plan(draft("mail")), id="plan_4"), requester=raised)


async def test_a_commit_that_failed_is_reported(world: Confirming) -> None:
    row = await world.stored(plan())
    world.parts.broken = DatabaseUnavailableError("away")
    with pytest.raises(DatabaseUnavailableError, match="away"):
        await world.confirm(row)


async def test_a_commit_whose_reply_was_lost_is_answered(world: Confirming) -> None:
    real = world.access.context.database

    class LosesReplies:
        reading, is_sqlite = real.reading, real.is_sqlite

        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[Any]:
            async with real.transaction() as session:
                yield session
            raise DatabaseUnavailableError("the reply was lost")

    row = await world.stored(plan())
    world.parts.store = cast(Any, SimpleNamespace(database=LosesReplies()))
    operation_id = await world.confirm(row)
    assert [operation.id for operation in await world.rows(OperationRow)] == [operation_id]


async def test_what_a_lost_connection_has_committed_is_looked_for() -> None:
    waits: list[float] = []

    class Clock:
        async def sleep(self, seconds: float) -> None:
            waits.append(seconds)

    class Away:
        def reading(self) -> Any:
            raise DatabaseUnavailableError("away")

    planner = SimpleNamespace(store=SimpleNamespace(database=Away()))
    plans = SimpleNamespace(clock=Clock(), planner=planner)
    confirmation = Confirmation(cast(Any, plans), cast(Any, None), cast(Any, None), Failpoints())
    assert await confirmation._accepted_after_all("plan_1") is None
    assert waits == [*LOOKS_SECONDS]


async def test_the_operation_of_this_plan_is_found(world: Confirming) -> None:
    first, second = await world.stored(plan()), await world.stored(plan(draft("api")), id="plan_2")
    operation_id = await world.confirm(second)
    assert await world.confirmation._accepted_after_all("plan_2") == operation_id
    assert await world.confirmation._accepted_after_all(first.id) is None


async def test_a_plan_is_made_with_its_event_and_found_by_whom_it_was_made_for(world: Confirming) -> None:
    plans = world.confirmation.plans
    world.parts.found = examined(plan())
    request = ChangeRequest(world.requester, "scale_application", plan().subjects, PARAMETERS, own=({"replicas": 4},))
    store = SimpleNamespace(database=world.access.context.database, usual_seconds=_usual({}))
    plans = replace(plans, planner=cast(Any, SimpleNamespace(store=store, examine=world.parts.examine)))
    made = await plans.make(request, AuditEvent("plan.created", "user", "local:anna"))
    stored = plan_of(made)
    assert made.expires_at == made.created_at + timedelta(seconds=plans.settings.plan_expiry_seconds)
    assert made.created_at == NOW
    assert (made.hash, made.action, made.parameters) == (plan_hash(made), "scale_application", PARAMETERS)
    assert (stored.drafts, stored.own, stored.estimate_basis) == (plan().drafts, ({"replicas": 4},), DEFAULT_ESTIMATES)
    assert store.usual_seconds.asked == [("scale_application", "cluster-a/Deployment/team/web")]
    [event] = [row for row in await world.rows(AuditRow) if row.action == "plan.created"]
    assert event.resource == made.id
    assert (await plans.get(made.id, world.requester)).hash == made.hash
    for other in (
        replace(world.requester, workspace_id="ws-9"), replace(world.requester, user_id="local:otto"),
        replace(world.requester, session_id="sess_1"),
    ):  # fmt: skip
        with pytest.raises(PlanNotFoundError):
            await plans.get(made.id, other)
    with pytest.raises(PlanNotFoundError):
        await plans.get("plan_9", world.requester)
    store.usual_seconds = _usual({"scale_workload": 5.0})
    earlier = plan_of(await plans.make(request, AuditEvent("plan.created", "user", "local:anna")))
    assert earlier.estimate_basis == "earlier changes here"
    assert [step.seconds for step in earlier.steps if step.step == "scale_workload"] == [5.0]


def _usual(known: dict[str, float]) -> Any:
    async def usual(action: str, resource: str) -> dict[str, float]:
        usual.asked.append((action, resource))  # type: ignore[attr-defined]  # what a fake notes
        return known

    usual.asked = []  # type: ignore[attr-defined]  # the same
    return usual


def test_only_targets_with_a_name_are_held() -> None:
    reading = draft(writes=())
    assert reading.held == (TargetRef(kind="scale_application", namespace="team", name="web", generation=7),)
