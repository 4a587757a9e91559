"""Turns a confirmed plan into an operation: re-examines everything, then accepts it in one transaction.

In that transaction: the plan is used up, the caps are counted, the operation takes its targets, the webhook and the
audit event are written, and the durable run is enqueued. Either all of it is there after a crash, or nothing.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.audit.event import AuditEvent
from hexaops.features.changes.caps import check_caps
from hexaops.features.changes.errors import PlanExpiredError, PlanMismatchError, PlanStaleError
from hexaops.features.changes.plan import Plan, plan_hash, plan_of
from hexaops.features.changes.planner import Examined
from hexaops.features.changes.plans import Plans
from hexaops.features.changes.request import ChangeRequest, Requester, resource_of
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.features.runs.events import Announcement, OperationEvents
from hexaops.features.runs.runner import RUN
from hexaops.features.runs.store import estimated_end, hold, holder_of, started_since, steps_of
from hexaops.features.workspaces.ownership import why_not_owned
from hexaops.kit.durations import format_time
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.ids import new_id
from hexaops.runbooks.catalog import RUNBOOKS, UNCOUNTED
from hexaops.runbooks.model import Draft
from hexaops.storage.database import DatabaseUnavailableError
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import OperationRow, OperationStepRow, PlanRow

CAPS_LOCK = 0x68657861_63617073
"""PostgreSQL advisory lock under which changes are counted and added."""


LOOKS_SECONDS = (0.0, 0.5, 1.0)
"""Waits before each look for what a lost connection may have committed."""


class Acceptance(Struct, frozen=True):
    """Where a confirmed change comes from."""

    surface: str
    id_prefix: str
    actor: AuditEvent
    requester: Requester
    message_id: str | None = None
    undoes: tuple[Draft, ...] = ()
    """The drafts of the change that this one undoes."""
    also: Announcement | None = None
    """What is told of the operation besides its start."""


class Confirmation(Struct, frozen=True):
    """Turns plans into operations."""

    plans: Plans
    events: OperationEvents
    engine: DurableEngine
    failpoints: Failpoints

    async def confirm(
        self, row: PlanRow, given_hash: str, parameters: Mapping[str, Any], acceptance: Acceptance
    ) -> str:
        """The operation's id; the same one when the plan was confirmed before.

        Raises PlanMismatch, PlanExpired, PlanStale, GuardrailRefused, OperationInProgress or a KubernetesError.
        """
        _check_match(row, given_hash, parameters)
        if row.operation_id is not None:
            return row.operation_id
        self._check_time(row)
        plan = plan_of(row)
        await self._check_free(plan)
        request = ChangeRequest(
            requester=acceptance.requester, action=row.action, subjects=plan.subjects, parameters=row.parameters,
            own=plan.own, undoes=acceptance.undoes, undoes_id=plan.undoes_id,
        )  # fmt: skip
        _check_same(plan, await self.plans.planner.examine(request, row.created_at))
        try:
            async with self.plans.planner.store.database.transaction() as session:
                operation_id = await self._accept(session, row, plan, acceptance)
        except IntegrityError as error:
            await self._check_free(plan)
            raise PlanStaleError("another change was made to its target at the same moment") from error
        except DatabaseUnavailableError:
            found = await self._accepted_after_all(row.id)
            if found is None:
                raise
            operation_id = found
        self.failpoints.reach("operation.accepted")
        return operation_id

    async def _accept(self, session: AsyncSession, row: PlanRow, plan: Plan, acceptance: Acceptance) -> str:
        current = (await session.scalars(select(PlanRow).where(PlanRow.id == row.id).with_for_update())).one()
        if current.operation_id is not None:
            return current.operation_id
        self._check_time(row)
        for namespace in sorted({target.namespace for target in _held(plan.drafts) if target.namespace}):
            lost = await why_not_owned(
                session, workspace_id=row.workspace_id, cluster_id=plan.cluster_id, namespace=namespace
            )
            if lost:
                raise PlanStaleError(lost, field="workspace")
        if RUNBOOKS[row.action].changes_cluster and not acceptance.undoes:
            await self._count(session, plan, acceptance.requester)
        operation = self._operation(row, plan, acceptance)
        session.add(operation)
        await session.flush()
        await hold(session, operation.id, (resource_of(plan.cluster_id, target) for target in _held(plan.drafts)))
        session.add_all(
            OperationStepRow(
                operation_id=operation.id, seq=seq, name=step.step, status="pending", estimated_seconds=step.seconds,
                started_at=None, finished_at=None, result={}, progress=None, error_message=None,
            )
            for seq, step in enumerate(plan.steps)
        )  # fmt: skip
        current.operation_id = operation.id
        await session.flush()
        await self.engine.enqueue(session, RUN, run_id=operation.id, argument=operation.id)
        await self.events.started(session, operation, acceptance.actor, acceptance.also)
        return operation.id

    async def _accepted_after_all(self, plan_id: str) -> str | None:
        """The operation of a plan whose commit was not answered: the database may have done it."""
        for pause in LOOKS_SECONDS:
            await self.plans.clock.sleep(pause)
            with contextlib.suppress(DatabaseUnavailableError):
                async with self.plans.planner.store.database.reading() as session:
                    return (await session.scalars(select(PlanRow.operation_id).where(PlanRow.id == plan_id))).first()
        return None

    def _operation(self, row: PlanRow, plan: Plan, acceptance: Acceptance) -> OperationRow:
        now, first = self.plans.clock.now(), plan.drafts[0]
        user = acceptance.requester.bounds.kubernetes_user
        return OperationRow(
            id=new_id(acceptance.id_prefix),
            surface=acceptance.surface,
            kind=row.action,
            workspace_id=row.workspace_id,
            cluster_id=plan.cluster_id,
            resource=resource_of(plan.cluster_id, first.target),
            resource_id=first.subject.id,
            status="queued",
            parameters=row.parameters,
            plan={"drafts": [msgspec.to_builtins(draft) for draft in plan.drafts], "kubernetes_user": user},
            plan_id=row.id,
            description=plan.description[:512],
            requested_by=row.user_id,
            session_id=row.session_id,
            message_id=acceptance.message_id,
            request_id=acceptance.actor.request_id,
            fence=0,
            prior={"parts": [dict(draft.prior) for draft in plan.drafts]},
            result={},
            error_code=None,
            error_message=None,
            rollback_of=plan.undoes_id,
            started_at=now,
            updated_at=now,
            completed_at=None,
        )

    def _check_time(self, row: PlanRow) -> None:
        """Checked before the examination, which may take a while, and again when the plan is accepted."""
        if self.plans.clock.now() >= row.expires_at:
            message = "The plan has expired; request a new one"
            raise PlanExpiredError(message, details={"expired_at": format_time(row.expires_at)})

    async def _count(self, session: AsyncSession, plan: Plan, requester: Requester) -> None:
        """Serialise confirmations, or two could both take the last slot. SQLite has one writer anyway."""
        if not self.plans.planner.store.database.is_sqlite:
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CAPS_LOCK})
        settings = self.plans.settings
        since = self.plans.clock.now() - timedelta(seconds=settings.change_window_seconds)
        started = await started_since(
            session, since, workspace_id=requester.workspace_id, cluster_id=plan.cluster_id, uncounted=UNCOUNTED
        )  # fmt: skip
        check_caps(settings, requester.bounds.changes_cap, *started)

    async def _check_free(self, plan: Plan) -> None:
        """Raise OperationInProgressError if a target is locked."""
        resources = {
            resource_of(plan.cluster_id, target): draft.subject.id for draft in plan.drafts for target in draft.held
        }
        async with self.plans.planner.store.database.reading() as session:
            holder = await holder_of(session, resources)
            if holder is None:
                return
            end = estimated_end(holder, await steps_of(session, holder.id))
        raise OperationInProgressError(
            resources.get(holder.resource, holder.resource_id), holder.kind, format_time(end) if end else None
        )


def _held(drafts: Iterable[Draft]) -> Any:
    return {target for draft in drafts for target in draft.held}


def _check_match(row: PlanRow, given_hash: str, parameters: Mapping[str, Any]) -> None:
    if not hmac.compare_digest(plan_hash(row), row.hash):
        raise PlanMismatchError("The stored plan was altered", details={"parameters.plan_id": "altered"})
    if not hmac.compare_digest(given_hash.encode(), row.hash.encode()):
        raise PlanMismatchError("The plan has another hash", details={"parameters.plan_hash": "not this plan's"})
    different = sorted(
        key for key in {*parameters, *row.parameters}
        if not _same(parameters.get(key), row.parameters.get(key))
    )  # fmt: skip
    if different:
        details = {f"parameters.{key}": "differs from the plan" for key in different}
        raise PlanMismatchError("The parameters are not the plan's", details=details)


def _same(one: Any, other: Any) -> bool:
    """Strict equality at any depth: `true` and 1.0 are not 1."""
    return bool(msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted"))


def _check_same(plan: Plan, examined: Examined) -> None:
    """The targets, the calls and what the server says they would change must all be as planned."""
    for planned, now in zip(plan.drafts, examined.drafts, strict=True):
        if now.target.uid != planned.target.uid:
            raise PlanStaleError("it was created anew under its name", field="uid")
        if now.target.generation != planned.target.generation:
            raise PlanStaleError("its specification was changed", field="generation")
        # Not the whole draft: how many pods are ready is status, which makes no plan stale (the rules judged it anew).
        if [_bound(write) for write in planned.writes] != [_bound(write) for write in now.writes]:
            raise PlanStaleError("a field that the plan names was changed", field="changes")
        if planned.records != now.records:
            raise PlanStaleError("it was changed meanwhile", field="changes")
    if examined.changed != plan.changed:
        raise PlanStaleError("the dry run gives another difference", field="diff")


def _bound(write: Any) -> Any:
    target = write.target
    return (target.kind, target.namespace, target.name, target.uid, write.call, write.undo, write.changes)
