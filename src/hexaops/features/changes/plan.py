"""A plan: the exact writes, what they affect, and the hash that binds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import msgspec

from hexaops.kit.durations import format_time
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.model import RISK_ORDER, Draft, Fields, Risk, Subject
from hexaops.storage.tables import PlanRow

RISKS: tuple[Risk, ...] = ("low", "medium", "high")
DEFAULT_ESTIMATES = "defaults: no earlier change of this kind here"


class BudgetView(msgspec.Struct, frozen=True):
    """A PodDisruptionBudget of a target."""

    name: str
    disruptions_allowed: int
    current_healthy: int
    desired_healthy: int


class BlastRadius(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan may affect, summed over its subjects."""

    pods_affected: int = 0
    ready_pods_down_at_most: int = 0
    ready_pods: int = 0
    replicas: dict[str, int] | None = None
    """`from` and `to`; None if the plan does not set replicas."""
    services: tuple[str, ...] = ()
    ingresses: tuple[str, ...] = ()
    disruption_budgets: tuple[BudgetView, ...] = ()


class PlannedStep(msgspec.Struct, frozen=True):
    """A step with its expected seconds."""

    step: str
    seconds: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as stored, except who may confirm it and until when."""

    cluster_id: str
    drafts: tuple[Draft, ...]
    own: tuple[Fields, ...] = ()
    """Parameters of each subject, where they differ."""
    changed: tuple[tuple[str, ...], ...]
    """By write: the lines that the dry run changed."""
    diff: str
    blast_radius: BlastRadius
    warnings: tuple[str, ...]
    steps: tuple[PlannedStep, ...]
    estimate_basis: str
    undoes_id: str | None = None

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What it is about."""
        return tuple(draft.subject for draft in self.drafts)

    @property
    def risk(self) -> Risk:
        """The highest risk of its drafts, one level higher for several subjects."""
        highest = max(RISK_ORDER[draft.risk] for draft in self.drafts) + (len(self.drafts) > 1)
        return max((risk for risk in RISKS if RISK_ORDER[risk] <= highest), key=lambda risk: RISK_ORDER[risk])

    @property
    def description(self) -> str:
        """One sentence for all of its subjects."""
        first = self.drafts[0].description
        if len(self.drafts) == 1:
            return first
        names = ", ".join(f"'{subject.name}'" for subject in self.subjects)
        return f"{RUNBOOKS[self.drafts[0].action].words.verb.capitalize()} {len(self.drafts)} applications: {names}"


def plan_of(row: PlanRow) -> Plan:
    """The stored plan."""
    return msgspec.convert(row.document, Plan)


def plan_hash(row: PlanRow) -> str:
    """SHA-256 over the canonical JSON of everything the plan is bound to."""
    document = row.document
    bound = {
        "plan_id": row.id,
        "workspace_id": row.workspace_id,
        "user_id": row.user_id,
        "session_id": row.session_id,
        "action": row.action,
        "parameters": row.parameters,
        "expires_at": format_time(row.expires_at),
        **{key: document[key] for key in ("cluster_id", "drafts", "own", "changed", "undoes_id")},
    }
    return hashlib.sha256(json.dumps(bound, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def total_seconds(steps: Sequence[PlannedStep]) -> float:
    """Expected seconds of all steps."""
    return sum(step.seconds for step in steps)


def planned_steps(
    drafts: Sequence[Draft], usual: Mapping[str, float], *, stable_seconds: float
) -> tuple[PlannedStep, ...]:
    """Each step with its expected seconds: the median of earlier runs, else the runbook's estimate.

    Several subjects change at the same time: the slowest counts.
    """
    book = RUNBOOKS[drafts[0].action]
    return tuple(
        PlannedStep(
            step.name,
            usual.get(step.name, max(step.assumed_seconds(draft, stable_seconds) for draft in drafts)),
        )
        for step in book.steps
    )
