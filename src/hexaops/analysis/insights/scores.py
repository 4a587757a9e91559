"""Scores of a workspace's assessment, 0 to 100; `docs/formulas.md` states them for readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hexaops.analysis.insights.costs import Allocation, Cost
from hexaops.analysis.insights.model import Weight
from hexaops.analysis.posture.pod_security import Level

LEVEL_POINTS = {Level.RESTRICTED: 100.0, Level.BASELINE: 70.0, Level.PRIVILEGED: 0.0}
DEDUCTIONS: dict[Weight, float] = {"critical": 25.0, "high": 12.0, "medium": 5.0, "low": 1.0}
"""Points that each finding costs."""


def freedom(weights: Iterable[Weight]) -> float:
    """100 less the deductions of all findings, never below 0."""
    return max(0.0, 100.0 - sum(DEDUCTIONS[one] for one in weights))


def efficiency(total: Allocation) -> float | None:
    """Mean of the shares of requested CPU and of requested memory that are used, each at most all of it."""
    cpu = _share(total.used.cpu_cores, total.requested.cpu_cores)
    memory = _share(total.used.memory_bytes, total.requested.memory_bytes)
    known = [one for one in (cpu, memory) if one is not None]
    return round(100 * sum(known) / len(known), 1) if known else None


def cost(total: Cost) -> float | None:
    """Share of the bill for CPU and memory that is used: OpenCost's cost-weighted efficiency."""
    return round(100 * total.used / total.charged, 1) if total.charged > 0 else None


def security(levels: Sequence[Level], findings: Iterable[Weight]) -> float | None:
    """Mean points of the standards that the workloads keep, less the deductions of findings about security."""
    if not levels:
        return None
    kept = sum(LEVEL_POINTS[one] for one in levels) / len(levels)
    return round(max(0.0, kept - (100.0 - freedom(findings))), 1)


def _share(used: float, requested: float) -> float | None:
    return min(1.0, used / requested) if requested > 0 else None
