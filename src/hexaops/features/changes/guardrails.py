"""Safety rules that can be checked from the data read; each is numbered.

Pure functions: they raise GuardrailRefusedError or return warnings. What needs asking (rights, the kill switch, caps)
is asked by the planner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from msgspec import Struct

from hexaops.analysis.scaling import LARGEST_FACTOR, LARGEST_STEP, largest_scale
from hexaops.backends.kubernetes.rows import HpaRow, PdbRow
from hexaops.features.access.tenancy import SYSTEM_NAMESPACES
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import Draft

GITOPS_MARKS: Mapping[str, str] = {
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "argocd.argoproj.io/instance": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
}
"""Label or annotation → the GitOps tool that would revert our change."""


SETTING = re.compile(r"(?:^/data/|/env\[name=)([^\]]+)\]?$")
"""A key of a ConfigMap or a variable of a container, as the path of a change."""
WORD_END = re.compile(r"[^a-z0-9]+")
KEDA_LABEL, KEDA_PREFIX = "scaledobject.keda.sh/name", "keda-hpa-"
"""What KEDA marks its HorizontalPodAutoscalers with, and names them by default."""


class GuardrailContext(Struct, frozen=True):
    """What was read for one draft."""

    draft: Draft
    objects: Sequence[LiveObject]
    """The main object and whatever is written to, as far as they exist; single pods belong to their application."""
    hpas: Sequence[HpaRow] = ()
    budgets: Sequence[PdbRow] = ()
    protected: Set[str] = frozenset()
    """Protected namespaces besides the system's: the service's own."""
    verticals: Sequence[str] = ()
    """VerticalPodAutoscalers that set the sizes of containers that the draft sets."""


def check(context: GuardrailContext) -> tuple[str, ...]:
    """Check rules 7 to 10 on a draft; returns warnings, raises GuardrailRefusedError."""
    check_protected(context)
    warnings = check_owner(context)
    check_step(context)
    check_budget(context)
    return warnings


def check_protected(context: GuardrailContext) -> None:
    """Rule 9: the system's namespaces, the service's own, and settings that are named as billing are never changed."""
    for target in (context.draft.target, *(write.target for write in context.draft.writes)):
        if target.namespace in SYSTEM_NAMESPACES | context.protected:
            reason = f"Nothing in the namespace {target.namespace} is ever changed"
            raise GuardrailRefusedError(9, reason, possible=None)
    for live in context.objects:
        if live.kind == "ConfigMap" and _is_about_billing(live.target.name, *live.labels, *live.labels.values()):
            raise GuardrailRefusedError(9, f"ConfigMap {live.target.name} holds billing settings", possible=None)
    for change in context.draft.changes:
        setting = SETTING.search(change.path)
        if setting is not None and _is_about_billing(setting.group(1)):
            raise GuardrailRefusedError(9, f"{setting.group(1)} is a billing setting", possible=None)


def _is_about_billing(*names: str) -> bool:
    return any("billing" in WORD_END.split(name.lower()) for name in names)


def check_owner(context: GuardrailContext) -> tuple[str, ...]:
    """Rule 8: what another controller owns is changed there, or not at all."""
    for live in context.objects:
        if live.controller:
            reason = f"{_it(context, live)} belongs to {live.controller}, which would put a change back"
            raise GuardrailRefusedError(8, reason, possible=f"change {live.controller}")
    if context.draft.scales and context.hpas:
        raise _owned_by_autoscaler(context.draft, context.hpas[0])
    if context.verticals:
        reason = f"VerticalPodAutoscaler {context.verticals[0]} sets the sizes of its containers"
        possible = "change its resourcePolicy, or set its updateMode to Off"
        raise GuardrailRefusedError(8, reason, possible=possible)
    for live in context.objects:
        keeper = next(
            (GITOPS_MARKS[mark] for mark in GITOPS_MARKS if mark in {**live.labels, **live.annotations}), None
        )
        if keeper is None:
            continue
        if not RUNBOOKS[context.draft.action].kept_by_gitops:
            marked = any(write.call.verb == "patch" for write in context.draft.writes)
            return (f"{keeper} manages it: the restart mark may be removed by its next sync",) if marked else ()
        reason = f"{keeper} keeps {_it(context, live, 'it')} as the repository says and would put a change back"
        raise GuardrailRefusedError(8, reason, possible="change it in the repository")
    return ()


def _it(context: GuardrailContext, live: LiveObject, pronoun: str = "It") -> str:
    main = context.draft.target
    return pronoun if live.target.uid == main.uid else f"{live.kind} {live.target.name}"


def keda_scaler(hpa: HpaRow) -> str | None:
    """The ScaledObject behind an autoscaler that KEDA keeps, or None."""
    if KEDA_LABEL in hpa.labels:
        return hpa.labels[KEDA_LABEL]
    return hpa.name.removeprefix(KEDA_PREFIX) if hpa.name.startswith(KEDA_PREFIX) else None


def _owned_by_autoscaler(draft: Draft, hpa: HpaRow) -> GuardrailRefusedError:
    assert draft.replicas is not None
    if (scaler := keda_scaler(hpa)) is not None:
        reason = f"KEDA ScaledObject {scaler} sets its replicas through HorizontalPodAutoscaler {hpa.name}"
        possible = f"change minReplicaCount or maxReplicaCount of ScaledObject {scaler}, or pause it"
        return GuardrailRefusedError(8, reason, possible=possible)
    bounds = f"between {hpa.min_replicas} and {hpa.max_replicas}"
    reason = f"HorizontalPodAutoscaler {hpa.name} sets its replicas ({bounds}, now {hpa.current})"
    possible = (
        f"change minReplicas or maxReplicas of HorizontalPodAutoscaler {hpa.name}: set_autoscaling with min_replicas "
        "or max_replicas, or with enabled: false to remove it"
    )
    if draft.replicas.after == 0:
        reason += "; scaling to 0 would switch it off silently"
        possible = f"remove HorizontalPodAutoscaler {hpa.name} first: set_autoscaling with enabled: false"
    if draft.action == "start_application":
        possible = f"set at least {hpa.min_replicas} replicas by hand: at 0 HorizontalPodAutoscaler {hpa.name} is off"
    return GuardrailRefusedError(8, reason, possible=possible)


def check_step(context: GuardrailContext) -> None:
    """Rule 10: at most twice or +5 replicas at once, whichever is larger; 0 only by `stop_application`."""
    replicas = context.draft.replicas
    if replicas is None or not RUNBOOKS[context.draft.action].limits_step:
        return
    most = largest_scale(replicas.before)
    if replicas.after > most:
        raise GuardrailRefusedError(
            10,
            f"From {replicas.before} to {replicas.after} replicas is more than ×{LARGEST_FACTOR} or +{LARGEST_STEP} "
            "at once",
            possible=f"scale to at most {most} first",
        )


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
            other = "take fewer at once" if context.draft.scales else "lower the rollout's maxUnavailable"
            possible = f"wait until more pods are healthy, {other}, or change the budget"
            raise GuardrailRefusedError(7, reason, possible=possible)
