"""A confirmed plan becomes an operation: everything is examined again, then one transaction accepts it.

In that transaction: the plan is used up, the caps are counted, the operation holds its target, the webhook and the
audit event are written, and the durable run is enqueued. Either all of it is there after a crash, or nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.audit.event import AuditEvent
from hexaops.features.changes.errors import (
    OperationInProgressError,
    PlanExpiredError,
    PlanMismatchError,
    PlanStaleError,
)
from hexaops.features.changes.ownership import check_owned
from hexaops.features.changes.planner import Bounds, Proposal, check_caps
from hexaops.features.changes.plans import Plans, Requester, Subject, plan_hash, resource_of, wanted_of
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.runner import RUN
from hexaops.features.runs.store import active_on, count_started, estimated_end, steps_of
from hexaops.kit.durations import format_time
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.ids import new_id
from hexaops.runbooks.model import Draft
from hexaops.storage.engine import DurableEngine
from hexaops.storage.tables import OperationRow, OperationStepRow, PlanRow

CAPS_LOCK = 0x68657861_63617073
"""PostgreSQL advisory lock under which changes are counted and added."""


@dataclass(frozen=True)
class Acceptance:
    """Where a confirmed change comes from."""

    surface: str
    id_prefix: str
    actor: AuditEvent
    message_id: str | None = None
    rollback_of: str | None = None
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class Confirmation:
    """Turns plans into operations."""

    plans: Plans
    events: OperationEvents
    engine: DurableEngine
    failpoints: Failpoints

    async def confirm(
        self, plan: PlanRow, given_hash: str, parameters: Mapping[str, Any], acceptance: Acceptance
    ) -> str:
        """The operation's id; the same one when the plan was confirmed before.

        Raises PlanMismatch, PlanExpired, PlanStale, GuardrailRefused, OperationInProgress or a KubernetesError.
        """
        _check_match(plan, given_hash, parameters)
        if plan.operation_id is not None:
            return plan.operation_id
        self._check_time(plan)
        subject = msgspec.convert(plan.document["subject"], Subject)
        requester = Requester(plan.workspace_id, plan.user_id, plan.session_id, acceptance.bounds)
        wanted = wanted_of(requester, subject, plan.action, plan.parameters, at=plan.created_at)
        await self._check_free(subject)
        _check_same(plan, await self.plans.planner.examine(wanted))
        try:
            async with self.plans.store.database.transaction() as session:
                operation_id = await self._accept(session, plan, subject, acceptance)
        except IntegrityError as error:
            await self._check_free(subject)
            raise PlanStaleError("another change was made to its target at the same moment") from error
        self.failpoints.reach("operation.accepted")
        return operation_id

    async def _accept(self, session: AsyncSession, plan: PlanRow, subject: Subject, acceptance: Acceptance) -> str:
        now = self.plans.clock.now()
        cluster_id = self.plans.planner.cluster.id
        current = (await session.scalars(select(PlanRow).where(PlanRow.id == plan.id).with_for_update())).one()
        if current.operation_id is not None:
            return current.operation_id
        self._check_time(plan)
        await check_owned(session, workspace_id=plan.workspace_id, cluster_id=cluster_id, namespace=subject.namespace)
        await self._hold_caps(session)
        settings = self.plans.settings
        since = now - timedelta(seconds=settings.change_window_seconds)
        started = await count_started(session, since=since, workspace_id=plan.workspace_id, cluster_id=cluster_id)
        check_caps(settings, acceptance.bounds.changes_cap, *started)
        draft, target = plan.document["draft"], plan.document["target"]
        operation = OperationRow(
            id=new_id(acceptance.id_prefix),
            surface=acceptance.surface,
            kind=plan.action,
            workspace_id=plan.workspace_id,
            cluster_id=cluster_id,
            resource=resource_of(cluster_id, subject),
            resource_id=subject.id,
            status="queued",
            parameters=plan.parameters,
            plan={"draft": draft, "target": target, "kubernetes_user": acceptance.bounds.kubernetes_user},
            plan_id=plan.id,
            description=draft["description"],
            requested_by=plan.user_id,
            session_id=plan.session_id,
            message_id=acceptance.message_id,
            request_id=acceptance.actor.request_id,
            fence=0,
            prior={"uid": target["uid"], "replicas": draft["replicas_before"]},
            result={},
            error_code=None,
            error_message=None,
            rollback_of=acceptance.rollback_of,
            started_at=now,
            updated_at=now,
            completed_at=None,
        )
        session.add(operation)
        await session.flush()
        session.add_all(
            OperationStepRow(
                operation_id=operation.id, seq=seq, name=step["step"], status="pending",
                estimated_seconds=step["seconds"], started_at=None, finished_at=None, result={}, error_message=None,
            )
            for seq, step in enumerate(plan.document["steps"])
        )  # fmt: skip
        current.operation_id = operation.id
        await session.flush()
        await self.engine.enqueue(session, RUN, run_id=operation.id, argument=operation.id)
        await self.events.started(session, operation, acceptance.actor)
        return operation.id

    def _check_time(self, plan: PlanRow) -> None:
        """Asked before the examination, which may take its time, and again when the plan is accepted."""
        if self.plans.clock.now() >= plan.expires_at:
            message = "The plan's time to be confirmed is over: ask for a new one"
            raise PlanExpiredError(message, details={"expired_at": format_time(plan.expires_at)})

    async def _hold_caps(self, session: AsyncSession) -> None:
        """One confirmation at a time counts and adds, or two would both take the last place. SQLite has one writer."""
        if not self.plans.store.database.is_sqlite:
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CAPS_LOCK})

    async def _check_free(self, subject: Subject) -> None:
        """Raise OperationInProgressError when the target is held."""
        async with self.plans.store.database.reading() as session:
            holder = await active_on(session, resource_of(self.plans.planner.cluster.id, subject))
            if holder is None:
                return
            end = estimated_end(holder, await steps_of(session, holder.id))
        raise OperationInProgressError(subject.id, holder.kind, format_time(end) if end else None)


def _check_match(plan: PlanRow, given_hash: str, parameters: Mapping[str, Any]) -> None:
    if not hmac.compare_digest(plan_hash(plan), plan.hash):
        raise PlanMismatchError("The stored plan was altered", details={"parameters.plan_id": "altered"})
    if not hmac.compare_digest(given_hash.encode(), plan.hash.encode()):
        raise PlanMismatchError("The plan has another hash", details={"parameters.plan_hash": "not this plan's"})
    if dict(parameters) != plan.parameters:
        different = sorted(
            key for key in {*parameters, *plan.parameters} if parameters.get(key) != plan.parameters.get(key)
        )
        details = {f"parameters.{key}": "differs from the plan" for key in different}
        raise PlanMismatchError("The parameters are not the plan's", details=details)


def _check_same(plan: PlanRow, proposal: Proposal) -> None:
    """The target, the call and what the server says it would change must all be as planned."""
    target = plan.document["target"]
    if proposal.target.uid != target["uid"]:
        raise PlanStaleError("it was created anew under its name", field="uid")
    if proposal.target.generation != target["generation"]:
        raise PlanStaleError("its specification was changed", field="generation")
    planned = msgspec.convert(plan.document["draft"], Draft)
    # Not the whole draft: how many pods are ready is status, which makes no plan stale (the rules have judged it anew).
    if (planned.call, planned.undo, planned.changes) != (
        proposal.draft.call,
        proposal.draft.undo,
        proposal.draft.changes,
    ):
        raise PlanStaleError("a field that the plan names was changed", field="changes")
    if proposal.changed != plan.document["changed"]:
        raise PlanStaleError("the dry run gives another difference", field="diff")
