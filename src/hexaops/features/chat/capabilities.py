"""What a session or message may do: what was asked for, cut to what this version serves and the caller's role grants.

A capability in a request never grants anything; it can only narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

CAPABILITIES: Mapping[str, str] = {
    "read_workspace": "read_workspace",
    "read_applications": "read_applications",
    "read_metrics": "read_metrics",
    "read_alerts": "read_alerts",
    "read_actions": "read_actions",
    "read_logs": "read_logs",
}
"""Capability → the permission that it needs."""
KNOWN_LATER = frozenset(
    {
        "generate_insights",
        "suggest_optimizations",
        "analyze_metrics",
        "detect_anomalies",
        "predict_trends",
        "generate_alerts",
        "diagnose_issues",
        "analyze_logs",
        "suggest_fixes",
        "root_cause_analysis",
        "resource_optimization",
        "cost_analysis",
        "performance_tuning",
        "scaling_recommendations",
        "auto_scaling",
        "self_healing",
        "predictive_maintenance",
        "workflow_automation",
    }
)
"""Named by the documents; not served yet."""


@dataclass(frozen=True)
class Granted:
    """The effective set, in the order asked, and why the rest is not in it."""

    names: tuple[str, ...]
    refused: Mapping[str, str]


def grant(asked: Sequence[str] | None, permissions: Set[str], *, within: Set[str] | None = None) -> Granted:
    """Asked (everything, if None) ∩ served ∩ permitted ∩ `within` (a session's own restriction)."""
    names: list[str] = []
    refused: dict[str, str] = {}
    for name in dict.fromkeys(asked if asked is not None else CAPABILITIES):
        needed = CAPABILITIES.get(name)
        if needed is None:
            refused[name] = "not available yet" if name in KNOWN_LATER else "unknown"
        elif needed not in permissions:
            refused[name] = f"needs the permission {needed}"
        elif within is not None and name not in within:
            refused[name] = "the session was opened without it"
        else:
            names.append(name)
    return Granted(tuple(names), refused if asked is not None else {})
