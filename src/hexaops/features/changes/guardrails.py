"""The safety rules of a change that can be told from what was read; each names its number.

Pure functions: they raise GuardrailRefusedError or return warnings. What needs asking (rights, the kill switch, caps)
is asked by the planner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from hexaops.backends.kubernetes.rows import HpaRow, PdbRow
from hexaops.features.access.tenancy import SYSTEM_NAMESPACES
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.runbooks.model import Draft, LiveWorkload

LARGEST_FACTOR = 2
LARGEST_STEP = 5
GITOPS_MARKS: Mapping[str, str] = {
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "argocd.argoproj.io/instance": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
}
"""Label or annotation → who keeps the object as a repository says, and would put our change back."""


@dataclass(frozen=True)
class GuardrailContext:
    """What was read for one change."""

    workload: LiveWorkload
    draft: Draft
    hpas: Sequence[HpaRow]
    budgets: Sequence[PdbRow]
    protected: Set[str]
    """Namespaces beyond the system's in which nothing is changed: the service's own."""


def check(context: GuardrailContext) -> tuple[str, ...]:
    """Rules 7 to 10 on one change; returns warnings, raises GuardrailRefusedError."""
    check_protected(context)
    warnings = check_owner(context)
    check_step(context)
    check_budget(context)
    return warnings


def check_protected(context: GuardrailContext) -> None:
    """Rule 9: the system's namespaces and the service's own are never changed."""
    namespace = context.workload.target.namespace
    if namespace in SYSTEM_NAMESPACES | context.protected:
        raise GuardrailRefusedError(9, f"Nothing in the namespace {namespace} is ever changed", possible=None)


def check_owner(context: GuardrailContext) -> tuple[str, ...]:
    """Rule 8: what another controller owns is changed there, or not at all."""
    workload, scaling = context.workload, context.draft.call.scales
    if workload.controller:
        reason = f"It belongs to {workload.controller}, which would put a change back"
        raise GuardrailRefusedError(8, reason, possible=f"change {workload.controller}")
    if scaling and context.hpas:
        raise _owned_by_autoscaler(context.draft, context.hpas[0])
    keeper = next(
        (GITOPS_MARKS[mark] for mark in GITOPS_MARKS if mark in {**workload.labels, **workload.annotations}), None
    )
    if keeper and scaling:
        reason = f"{keeper} keeps its replicas as the repository says and would put a change back"
        raise GuardrailRefusedError(8, reason, possible="change the number in the repository")
    return (f"{keeper} manages it: the restart mark may be removed by its next sync",) if keeper else ()


def _owned_by_autoscaler(draft: Draft, hpa: HpaRow) -> GuardrailRefusedError:
    bounds = f"between {hpa.min_replicas} and {hpa.max_replicas}"
    reason = f"HorizontalPodAutoscaler {hpa.name} sets its replicas ({bounds}, now {hpa.current})"
    if draft.replicas_after == 0:
        reason += "; scaling to 0 would switch it off silently"
    possible = f"change minReplicas or maxReplicas of HorizontalPodAutoscaler {hpa.name}"
    if draft.action == "start_application":
        possible = f"set at least {hpa.min_replicas} replicas by hand: at 0 HorizontalPodAutoscaler {hpa.name} is off"
    return GuardrailRefusedError(8, reason, possible=possible)


def check_step(context: GuardrailContext) -> None:
    """Rule 10: at most twice or +5 replicas at once, whichever is larger; 0 only by `stop_application`."""
    draft = context.draft
    have, wanted = draft.replicas_before, draft.replicas_after
    most = max(have * LARGEST_FACTOR, have + LARGEST_STEP)
    if wanted > most and draft.action == "scale_application":
        raise GuardrailRefusedError(
            10, f"From {have} to {wanted} replicas is more than ×{LARGEST_FACTOR} or +{LARGEST_STEP} at once",
            possible=f"scale to at most {most} first",
        )  # fmt: skip


def check_budget(context: GuardrailContext) -> None:
    """Rule 7: no more ready pods down at once than each PodDisruptionBudget allows."""
    down = context.draft.ready_pods_down
    if down == 0:
        return
    for budget in context.budgets:
        if down > budget.disruptions_allowed:
            reason = (
                f"It may take {down} ready {'pod' if down == 1 else 'pods'} down at once; PodDisruptionBudget "
                f"{budget.name} allows {budget.disruptions_allowed} ({budget.current_healthy} healthy, "
                f"{budget.desired_healthy} needed)"
            )
            scaling = context.draft.call.scales
            other = "take fewer at once" if scaling else "lower the rollout's maxUnavailable"
            possible = f"wait until more pods are healthy, {other}, or change the budget"
            raise GuardrailRefusedError(7, reason, possible=possible)


def budget_view(budget: PdbRow) -> dict[str, Any]:
    """As a plan shows it."""
    return {
        "name": budget.name,
        "disruptions_allowed": budget.disruptions_allowed,
        "current_healthy": budget.current_healthy,
        "desired_healthy": budget.desired_healthy,
    }
