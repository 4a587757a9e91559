"""Plans: an exact change, shown with everything that it touches, confirmed once by its hash before it expires."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from hexaops.config import Settings
from hexaops.features.changes.errors import PlanNotFoundError
from hexaops.features.changes.planner import Bounds, Planner, Proposal, Wanted
from hexaops.features.runs.store import OperationStore
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.ids import new_id
from hexaops.runbooks.disruption import scaled_value
from hexaops.runbooks.model import Draft
from hexaops.storage.tables import PlanRow

SECONDS_PER_BATCH = 10.0
"""Assumed for one batch of pods until this service has seen a change of the kind here."""
SECONDS_TO_VALIDATE = 1.0
SECONDS_TO_DRAIN = 5.0
CONFIRMATION_FIELDS = frozenset({"confirmation", "plan_id", "plan_hash"})


@dataclass(frozen=True)
class Requester:
    """Who asks, and where: a plan is bound to all three."""

    workspace_id: str
    user_id: str
    session_id: str | None
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class Subject:
    """The application that a change is about."""

    id: str
    kind: str
    namespace: str
    name: str


def resource_of(cluster_id: str, subject: Subject) -> str:
    """What one operation at a time may hold."""
    return f"{cluster_id}/{subject.kind}/{subject.namespace}/{subject.name}"


@dataclass(frozen=True)
class Plans:
    """Makes and finds plans."""

    planner: Planner
    store: OperationStore
    settings: Settings
    clock: Clock

    async def make(self, requester: Requester, subject: Subject, action: str, parameters: Mapping[str, Any]) -> PlanRow:
        """Examine the change and store its plan; raises whatever refuses it."""
        now = self.clock.now().replace(microsecond=0)
        wanted = wanted_of(requester, subject, action, parameters, at=now)
        proposal = await self.planner.examine(wanted)
        usual = await self.store.usual_seconds(action, resource_of(self.planner.cluster.id, subject))
        row = PlanRow(
            id=new_id("plan_"),
            hash="",
            workspace_id=requester.workspace_id,
            user_id=requester.user_id,
            session_id=requester.session_id,
            action=action,
            parameters=_own(parameters),
            document={},
            created_at=now,
            expires_at=now + timedelta(seconds=self.settings.plan_expiry_seconds),
            operation_id=None,
        )
        row.document = self._document(subject, proposal, usual)
        row.hash = plan_hash(row)
        async with self.store.database.transaction() as session:
            session.add(row)
        return row

    async def get(self, plan_id: str, requester: Requester) -> PlanRow:
        """A plan of this very caller, session and workspace; raises PlanNotFoundError on anyone else's."""
        async with self.store.database.reading() as session:
            row = (await session.scalars(select(PlanRow).where(PlanRow.id == plan_id))).first()
        if row is None or (row.workspace_id, row.user_id, row.session_id) != (
            requester.workspace_id, requester.user_id, requester.session_id,
        ):  # fmt: skip
            details = {"parameters.plan_id": "no plan of yours in this workspace and session"}
            raise PlanNotFoundError("Plan not found", details=details)
        return row

    def _document(self, subject: Subject, proposal: Proposal, usual: Mapping[str, float]) -> dict[str, Any]:
        draft = proposal.draft
        return {
            "subject": msgspec.to_builtins(subject),
            "draft": msgspec.to_builtins(draft),
            "target": msgspec.to_builtins(proposal.target),
            "changed": proposal.changed,
            "diff": proposal.diff,
            "blast_radius": proposal.blast_radius,
            "warnings": list(proposal.warnings),
            "steps": estimated_steps(draft, usual, stable_seconds=self.settings.verify_stable_seconds),
            "estimate_basis": "earlier changes here" if usual else "defaults: no earlier change of this kind here",
        }


def wanted_of(
    requester: Requester, subject: Subject, action: str, parameters: Mapping[str, Any], *, at: datetime
) -> Wanted:
    """The planner's words for it."""
    return Wanted(
        action=action,
        kind=subject.kind,
        namespace=subject.namespace,
        name=subject.name,
        parameters=_own(parameters),
        workspace_id=requester.workspace_id,
        bounds=requester.bounds,
        at=at,
    )


def _own(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parameters.items() if key not in CONFIRMATION_FIELDS}


def plan_hash(row: PlanRow) -> str:
    """SHA-256 over the canonical JSON of everything that is bound: who, what, on what, until when."""
    bound = {
        "plan_id": row.id,
        "workspace_id": row.workspace_id,
        "user_id": row.user_id,
        "session_id": row.session_id,
        "action": row.action,
        "parameters": row.parameters,
        "expires_at": format_time(row.expires_at),
        "subject": row.document["subject"],
        "target": row.document["target"],
        "draft": row.document["draft"],
        "changed": row.document["changed"],
    }
    return hashlib.sha256(json.dumps(bound, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def estimated_steps(draft: Draft, usual: Mapping[str, float], *, stable_seconds: float) -> list[dict[str, Any]]:
    """Each step with its expected seconds: the median of earlier ones here, else the assumptions above.

    Without earlier changes a rollout is taken to need one batch of SECONDS_PER_BATCH for every quarter of the pods
    (Kubernetes' default pace), a scaling one batch.
    """
    batch = scaled_value("25%", draft.pods_touched, default="25%", round_up=True) or 1
    assumed = {
        "validate_application": SECONDS_TO_VALIDATE,
        "drain_connections": SECONDS_TO_DRAIN,
        "restart_pods": SECONDS_PER_BATCH * math.ceil(draft.pods_touched / batch),
        "scale_workload": SECONDS_PER_BATCH,
        "verify_health": stable_seconds,
    }
    return [{"step": name, "seconds": usual.get(name, assumed[name])} for name in draft.steps]


def total_seconds(steps: Sequence[Mapping[str, Any]]) -> float:
    """Expected seconds of all steps."""
    return sum(float(step["seconds"]) for step in steps)


def shown_plan(row: PlanRow) -> dict[str, Any]:
    """`data.plan` of both the chat's attachment and the actions' answer."""
    document = row.document
    target = document["target"]
    return {
        "plan_id": row.id,
        "plan_hash": row.hash,
        "expires_at": format_time(row.expires_at),
        "action": row.action,
        "application": {"id": document["subject"]["id"], "name": document["subject"]["name"]},
        "parameters": row.parameters,
        "description": document["draft"]["description"],
        "target": {key: target[key] for key in ("kind", "namespace", "name", "uid", "resource_version", "generation")},
        "changes": [
            {"path": one["path"], "from": one["before"], "to": one["after"]} for one in document["draft"]["changes"]
        ],
        "diff": document["diff"],
        "blast_radius": document["blast_radius"],
        "risk": document["draft"]["risk"],
        "warnings": document["warnings"],
        "steps": [
            {"step": one["step"], "estimated_duration": format_duration(one["seconds"])} for one in document["steps"]
        ],
        "estimated_duration": format_duration(total_seconds(document["steps"])),
        "estimate_basis": document["estimate_basis"],
    }
