"""Plans in the store: an exact change, confirmed once by its hash before it expires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from hexaops.config import Settings
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.changes.errors import PlanNotFoundError
from hexaops.features.changes.plan import DEFAULT_ESTIMATES, Plan, plan_hash, planned_steps
from hexaops.features.changes.planner import Examined, Planner
from hexaops.features.changes.request import ChangeRequest, Requester, resource_of
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.storage.tables import PlanRow


class Plans(Struct, frozen=True):
    """Makes and finds plans."""

    planner: Planner
    audit: AuditLog
    settings: Settings
    clock: Clock

    async def make(self, request: ChangeRequest, event: AuditEvent) -> PlanRow:
        """Examine the change and store its plan with an audit event; raises the error that refuses it."""
        now = self.clock.now().replace(microsecond=0)
        examined = await self.planner.examine(request, now)
        store, target = self.planner.store, examined.drafts[0].target
        usual = await store.usual_seconds(request.action, resource_of(request.requester.cluster_id, target))
        requester = request.requester
        row = PlanRow(
            id=new_id("plan_"),
            hash="",
            workspace_id=requester.workspace_id,
            user_id=requester.user_id,
            session_id=requester.session_id,
            action=request.action,
            parameters=dict(request.parameters),
            document=msgspec.to_builtins(self._plan(request, examined, usual)),
            created_at=now,
            expires_at=now + timedelta(seconds=self.settings.plan_expiry_seconds),
            operation_id=None,
        )
        row.hash = plan_hash(row)
        async with store.database.transaction() as session:
            session.add(row)
            await session.flush()
            await self.audit.append(replace(event, resource=row.id), session)
        return row

    async def get(self, plan_id: str, requester: Requester) -> PlanRow:
        """The plan, if it belongs to this caller, session and workspace; raises PlanNotFoundError otherwise."""
        async with self.planner.store.database.reading() as session:
            row = (await session.scalars(select(PlanRow).where(PlanRow.id == plan_id))).first()
        if row is None or (row.workspace_id, row.user_id, row.session_id) != (
            requester.workspace_id, requester.user_id, requester.session_id,
        ):  # fmt: skip
            details = {"parameters.plan_id": "no plan of yours in this workspace and session"}
            raise PlanNotFoundError("Plan not found", details=details)
        return row

    def _plan(self, request: ChangeRequest, examined: Examined, usual: Mapping[str, float]) -> Plan:
        return Plan(
            cluster_id=request.requester.cluster_id,
            drafts=examined.drafts,
            own=tuple(dict[str, Any](one) for one in request.own),
            changed=examined.changed,
            diff=examined.diff,
            blast_radius=examined.blast_radius,
            warnings=examined.warnings,
            steps=planned_steps(examined.drafts, usual, stable_seconds=self.settings.verify_stable_seconds),
            estimate_basis="earlier changes here" if usual else DEFAULT_ESTIMATES,
            undoes_id=request.undoes_id,
        )
