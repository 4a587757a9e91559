"""PetShop (Hardt et al., CLeaR 2024): 68 issues injected into a shop of 42 services, and how often the cause is named.

Normal times are those that come with a scenario; scenarios without any take those of `low_traffic`. Names that end with
`_remote` or `_client` are what tracing infers of addresses without telemetry of their own.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hexaops.analysis.rootcause import Service, rank_causes

Floats = NDArray[np.float64]
Table = dict[tuple[str, str, str], Floats]
OPAQUE = ("_remote", "_client")


@dataclass(frozen=True)
class Issue:
    """One injected issue."""

    services: dict[str, Service]
    calls: dict[str, list[str]]
    target: str
    metric: str
    cause: str


@cache
def table(path: Path) -> Table:
    """The columns of a metrics file by service, metric and statistic."""
    with path.open() as file:
        rows = list(csv.reader(file))
    keys = list(zip(rows[0][1:], rows[1][1:], rows[2][1:], strict=True))
    cells = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows[4:]])
    return {key: cells[:, at] for at, key in enumerate(keys)}


@cache
def calls_of(path: Path) -> dict[str, list[str]]:
    """Who calls whom."""
    with path.open() as file:
        rows = list(csv.reader(file))
    found = defaultdict(list)
    for row in rows[1:]:
        found[row[0]] += [rows[0][at] for at, cell in enumerate(row) if at and float(cell)]
    return dict(found)


def load(folder: Path) -> list[Issue]:
    """Every issue of every scenario."""
    found = []
    for path in sorted(folder.glob("dataset/*/*/issue_*/target.json")):
        scenario = path.parents[2]
        normal = scenario / "noissue" / "metrics.csv"
        if not normal.exists():
            normal = scenario.parent / "low_traffic" / "noissue" / "metrics.csv"
        given = json.loads(path.read_text())
        metric = given["target"]["metric"]
        before, now = table(normal), table(path.with_name("metrics.csv"))
        services = {
            name: Service(
                column,
                now[name, kind, statistic],
                _mean(now.get((name, "requests", "Sum"))),
                opaque=name.endswith(OPAQUE),
            )
            for (name, kind, statistic), column in before.items()
            if (kind, statistic) == (metric, "Average") and (name, kind, statistic) in now
        }
        calls = calls_of(scenario / "graph.csv")
        found.append(Issue(services, calls, given["target"]["node"], metric, given["root_cause"]["node"]))
    return found


def _mean(column: Floats | None) -> float:
    known = column[np.isfinite(column)] if column is not None else np.array([])
    return float(known.mean()) if len(known) else 0.0


def ours(issue: Issue) -> list[str]:
    """Root cause ranking as the product does it."""
    worse = issue.metric == "latency"
    return [one.name for one in rank_causes(issue.services, issue.calls, issue.target, higher_is_worse=worse)]


def largest_deviation(issue: Issue) -> list[str]:
    """The baseline: the service whose metric is the most standard deviations from normal."""
    scores = {}
    for name, one in issue.services.items():
        normal, now = one.normal[np.isfinite(one.normal)], one.now[np.isfinite(one.now)]
        if len(normal) > 1 and len(now):
            scores[name] = abs(now.mean() - normal.mean()) / (normal.std() + 1e-9)
    return sorted(scores, key=lambda name: -scores[name])


def measure(issues: list[Issue], rank: Callable[[Issue], list[str]]) -> tuple[float, float]:
    """Shares of issues whose cause is the first, and among the first three."""
    ranked = [(issue.cause, rank(issue)) for issue in issues]
    first = sum(names[:1] == [cause] for cause, names in ranked)
    three = sum(cause in names[:3] for cause, names in ranked)
    return first / len(issues), three / len(issues)
