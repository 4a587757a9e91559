"""What a session or message may do: what was asked for, cut to what this version serves and the caller's role grants.

A capability in a request never grants anything; it can only narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from msgspec import Struct

from hexaops.features.access.permissions import ROLES

READS: Mapping[str, str] = {
    "read_workspace": "read_workspace",
    "read_applications": "read_applications",
    "read_metrics": "read_metrics",
    "read_alerts": "read_alerts",
    "read_actions": "read_actions",
    "read_logs": "read_logs",
}
"""What a message may read, and the permission for it: these decide what an answer is made of."""
CAPABILITIES: Mapping[str, str] = {
    **READS,
    "generate_insights": "generate_insights",
    "suggest_optimizations": "suggest_optimizations",
    "analyze_metrics": "read_metrics",
    "detect_anomalies": "generate_insights",
    "predict_trends": "generate_insights",
    "generate_alerts": "create_alerts",
    "diagnose_issues": "read_applications",
    "analyze_logs": "read_logs",
    "suggest_fixes": "read_applications",
    "root_cause_analysis": "read_applications",
    "resource_optimization": "suggest_optimizations",
    "cost_analysis": "generate_insights",
    "performance_tuning": "generate_insights",
    "scaling_recommendations": "suggest_optimizations",
    "auto_scaling": "execute_actions",
    "workflow_automation": "execute_actions",
}
"""Capability → the permission that it needs."""
UNASKED: Mapping[str, str] = {
    "self_healing": "nothing is healed from a chat: the workspace's policy decides (docs/incidents.md)",
    "predictive_maintenance": "nothing is done unasked",
}
"""Named by the documents, and nothing that a conversation can do."""


PERMISSION = "a permission of the user, which no request narrows"


class Granted(Struct, frozen=True):
    """The effective set, in the order asked, and why the rest is not in it."""

    names: tuple[str, ...]
    refused: Mapping[str, str]


def grant(asked: Sequence[str] | None, permissions: Set[str], *, within: Set[str] | None = None) -> Granted:
    """Asked (everything that is read, if None) ∩ served ∩ permitted ∩ `within` (a session's own restriction)."""
    names: list[str] = []
    refused: dict[str, str] = {}
    for name in dict.fromkeys(asked if asked is not None else READS):
        needed = CAPABILITIES.get(name)
        if needed is None:
            refused[name] = UNASKED.get(name) or (PERMISSION if name in ROLES["admin"] else "unknown")
        elif needed not in permissions:
            refused[name] = f"needs the permission {needed}"
        elif within is not None and name not in within:
            refused[name] = "the session was opened without it"
        else:
            names.append(name)
    return Granted(tuple(names), refused if asked is not None else {})
