"""Which of the documents' capabilities are offered in a workspace, and why the others are not.

Pure: one line a capability, judged by what was read before. A capability that is served moves its line's condition from
a reason to a predicate; none is offered because the documents name it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from msgspec import Struct

from hexaops.runbooks.runbook import Runbook

EXECUTE = "execute_actions"
INSIGHTS = "generate_insights"


class Situation(Struct, frozen=True):
    """What decides whether something is offered."""

    permissions: Set[str]
    catalog: Sequence[Runbook[Any]]
    cluster_problem: str | None
    """Why the workspace's cluster cannot be read now, else None."""
    metrics_problem: str | None
    """Why there are no measurements, else None."""
    history_problem: str | None
    """Why no history of measurements is kept, else None."""
    logs_problem: str | None
    """Why there are no log lines, else None."""
    changes_problem: str | None
    """Why nothing may be changed now, else None."""
    unattended: Sequence[str] = ()
    """Kinds of changes that the workspace lets incidents make without a person."""


Hindrance = Callable[[Situation], str | None]
"""Why a capability is not offered, or None."""


def needs(permission: str, *others: Hindrance) -> Hindrance:
    """The caller's permission, then everything else, in order."""

    def hindrance(situation: Situation) -> str | None:
        if permission not in situation.permissions:
            return f"needs the permission {permission}"
        return next((why for other in others if (why := other(situation)) is not None), None)

    return hindrance


def runbook(name: str) -> Hindrance:
    """A runbook of the catalogue."""

    def hindrance(situation: Situation) -> str | None:
        offered = any(book.name == name for book in situation.catalog)
        return None if offered else f"the action {name} is not in the catalogue"

    return hindrance


def absent(reason: str) -> Hindrance:
    """Not served by this version, whoever asks."""
    return lambda _situation: reason


def _cluster(situation: Situation) -> str | None:
    return situation.cluster_problem


def _metrics(situation: Situation) -> str | None:
    return situation.metrics_problem


def _history(situation: Situation) -> str | None:
    return situation.history_problem


def _logs(situation: Situation) -> str | None:
    return situation.logs_problem


def _changes(situation: Situation) -> str | None:
    return situation.changes_problem


def _unattended(situation: Situation) -> str | None:
    if situation.unattended:
        return None
    return "the workspace has not opted in to unattended actions (policy.unattended_actions, docs/incidents.md)"


def _any_runbook(situation: Situation) -> str | None:
    return None if situation.catalog else "the catalogue has no actions"


OFFERS: Mapping[str, Mapping[str, Hindrance]] = {
    "monitoring": {
        "analyze_metrics": needs("read_metrics", _cluster, _metrics),
        "detect_anomalies": needs(INSIGHTS, _cluster, _history),
        "predict_trends": needs(INSIGHTS, _cluster, _history),
        "generate_alerts": needs("create_alerts", runbook("create_alert"), _history),
    },
    "troubleshooting": {
        "diagnose_issues": needs("read_applications", _cluster),
        "analyze_logs": needs("read_logs", _logs),
        "suggest_fixes": needs("read_applications", _cluster),
        "root_cause_analysis": needs("read_applications", _cluster),
    },
    "optimization": {
        "resource_optimization": needs(INSIGHTS, _cluster, _history),
        "cost_analysis": needs(INSIGHTS, _cluster, _metrics),
        "performance_tuning": needs(INSIGHTS, _cluster, _history),
        "scaling_recommendations": needs("suggest_optimizations", _cluster, _history),
    },
    "automation": {
        "auto_scaling": needs(EXECUTE, runbook("set_autoscaling"), _cluster, _changes),
        "self_healing": needs(EXECUTE, _unattended, _cluster, _changes),
        "predictive_maintenance": absent("nothing is done unasked"),
        "workflow_automation": needs(EXECUTE, _any_runbook, _cluster, _changes),
    },
}
"""Category → capability → what may hinder it; the documents' names in their order."""


class Offer(Struct, frozen=True):
    """One capability; `reason` says why it is not offered."""

    category: str
    capability: str
    reason: str | None


def offers_of(situation: Situation) -> Sequence[Offer]:
    """Every capability that the documents name."""
    return [
        Offer(category, name, hindrance(situation))
        for category, members in OFFERS.items()
        for name, hindrance in members.items()
    ]


def actions_of(situation: Situation) -> Sequence[str]:
    """Actions of the catalogue that the caller can plan now; what changes no cluster goes on while changes are off."""
    if needs(EXECUTE, _cluster)(situation) is not None:
        return []
    changes = situation.changes_problem is None
    return [book.name for book in situation.catalog if changes or not book.changes_cluster]


SETTINGS_KINDS = frozenset({"HorizontalPodAutoscaler", "ResourceQuota"})
"""Settings about resources: deleting one removes a rule, nothing that runs or is stored."""


def limitations_of(situation: Situation, protected: Set[str]) -> Sequence[str]:
    """What no caller can do, first the documents' sentences that the code enforces."""
    rights = (right for book in situation.catalog for right in book.rights)
    deleted = {right.kind for right in rights if right.verb == "delete" and not right.takes_back}
    names = ", ".join(sorted(protected))
    found = {
        "Cannot modify billing settings": True,
        "Cannot delete production resources": deleted <= SETTINGS_KINDS,
        "Actions require user confirmation": True,
        f"Cannot change anything in the namespaces {names}": bool(names),
        f"Cannot change anything now: {situation.changes_problem}": situation.changes_problem is not None,
    }
    return [sentence for sentence, holds in found.items() if holds]
