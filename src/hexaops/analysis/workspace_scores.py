"""Scores of a workspace as it is now, 0 to 100; `docs/formulas.md` states them for readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

IssueSeverity = Literal["critical", "warning", "info"]

COMFORTABLE_PERCENT = 80.0
"""Up to this share of its limits an application has room to spare."""
DEDUCTIONS: dict[IssueSeverity, int] = {"critical": 25, "warning": 8, "info": 1}
"""Points that each issue costs."""
WEIGHTS = {"availability": 0.5, "performance": 0.3, "issues": 0.2}


def availability(replicas: Iterable[tuple[int, int]]) -> float | None:
    """Ready replicas (no application counts above what it wants) of desired ones, in percent; None: none is wanted."""
    pairs = [(min(ready, desired), desired) for ready, desired in replicas if desired > 0]
    desired = sum(wanted for _, wanted in pairs)
    return round(100 * sum(ready for ready, _ in pairs) / desired, 1) if desired else None


def performance(shares: Sequence[float]) -> float | None:
    """Mean room of the measured applications, each told by its most used resource in percent of its limits.

    100 up to 80 % used, falling in a straight line to 0 at 100 %. None: nothing is measured.
    """
    if not shares:
        return None
    room = [min(1.0, max(0.0, (100 - share) / (100 - COMFORTABLE_PERCENT))) for share in shares]
    return round(100 * sum(room) / len(room), 1)


def freedom_from_issues(severities: Iterable[IssueSeverity]) -> float:
    """100 less 25 for each critical issue, 8 for each warning and 1 for each note; never below 0."""
    counts = Counter(severities)
    return float(max(0, 100 - sum(DEDUCTIONS[severity] * count for severity, count in counts.items())))


def overall(available: float | None, performing: float | None, issues: float) -> float:
    """Their mean, weighted 0.5, 0.3 and 0.2; what is unknown is left out, weight and all."""
    parts = {"availability": available, "performance": performing, "issues": issues}
    known = {name: value for name, value in parts.items() if value is not None}
    return round(sum(WEIGHTS[name] * value for name, value in known.items()) / sum(WEIGHTS[name] for name in known), 1)
