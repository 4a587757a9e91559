"""Drafts and plans by hand, for tests that need no cluster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from hexaops.features.changes.plan import BlastRadius, Plan, PlannedStep, plan_hash
from hexaops.features.changes.planner import Examined
from hexaops.runbooks.model import Call, Draft, FieldChange, Subject, TargetRef, Write
from hexaops.storage.tables import PlanRow

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
PARAMETERS = {"application_id": "app-1", "replicas": 4}


def draft(name: str = "web", **changed: Any) -> Draft:
    """Scaling an application of the namespace `team` from 3 to 4."""
    target = TargetRef(kind="Deployment", namespace="team", name=name, uid=f"uid-{name}", generation=7)
    write = Write(
        target=target,
        call=Call(verb="scale", body={"spec": {"replicas": 4}}),
        undo=Call(verb="scale", body={"spec": {"replicas": 3}}),
        changes=(FieldChange("/spec/replicas", 3, 4),),
    )
    made = Draft(
        action="scale_application",
        subject=Subject(id=f"app-{name}", kind="Deployment", namespace="team", name=name),
        target=target,
        description=f"Scale '{name}' from 3 to 4 replicas",
        parameters={"replicas": 4},
        writes=(write,),
        risk="low",
        prior={"replicas": 3},
    )
    return msgspec.structs.replace(made, **changed)


def plan(*drafts: Draft, **changed: Any) -> Plan:
    """A plan of these drafts, or of the one above."""
    made = Plan(
        cluster_id="cluster-a",
        drafts=drafts or (draft(),),
        changed=(("replicas: 3 -> 4",),),
        diff="- 3\n+ 4",
        blast_radius=BlastRadius(pods_affected=1),
        warnings=(),
        steps=(PlannedStep("validate", 1.0), PlannedStep("scale_workload", 20.0)),
        estimate_basis="defaults",
    )
    return msgspec.structs.replace(made, **changed)


def examined(made: Plan) -> Examined:
    """The same, found again."""
    return Examined(made.drafts, made.changed, made.diff, made.blast_radius, made.warnings)


def plan_row(made: Plan, *, workspace_id: str = "ws-1", id: str = "plan_1", seconds: float = 300) -> PlanRow:  # noqa: A002 # the row's field
    """The plan as it is stored: asked for by anna, valid for five minutes from now."""
    row = PlanRow(
        id=id, hash="", workspace_id=workspace_id, user_id="local:anna", session_id=None, action="scale_application",
        parameters=dict(PARAMETERS), document=msgspec.to_builtins(made), created_at=NOW,
        expires_at=NOW + timedelta(seconds=seconds), operation_id=None,
    )  # fmt: skip
    row.hash = plan_hash(row)
    return row


def names(drafts: Sequence[Draft]) -> list[str]:
    """Of what they are about."""
    return [one.subject.name for one in drafts]
