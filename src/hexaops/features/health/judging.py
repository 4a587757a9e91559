"""When a part of the system is healthy, degraded or unhealthy: one rule per part, next to its thresholds.

`docs/health.md` states them for readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from hexaops.kit.recent import Recent

Health = Literal["healthy", "degraded", "unhealthy"]

SLOW_RESPONSE_SECONDS = 1.0
FEW_REQUESTS = 20
"""Below this many requests the failure ratio is not meaningful."""
FAILED_DEGRADED, FAILED_UNHEALTHY = 0.05, 0.5
SLOW_QUERY_MEAN_SECONDS = 0.25
SLOW_QUERY_SHARE = 0.1
LAG_DEGRADED_SECONDS, LAG_UNHEALTHY_SECONDS = 30.0, 300.0


def judge_requests(recent: Recent) -> Health:
    """Of the service's own answers: their time, and the share of failures (5xx)."""
    failed = recent.failed / recent.count if recent.count >= FEW_REQUESTS else 0.0
    if failed >= FAILED_UNHEALTHY:
        return "unhealthy"
    return "degraded" if failed >= FAILED_DEGRADED or recent.median_seconds > SLOW_RESPONSE_SECONDS else "healthy"


def judge_database(recent: Recent, *, active: int, most: int) -> Health:
    """Of a database that answers: its queries' time, and whether a connection is left."""
    slow = recent.mean_seconds > SLOW_QUERY_MEAN_SECONDS or recent.slow > SLOW_QUERY_SHARE * recent.count
    return "degraded" if slow or active >= most else "healthy"


def judge_queue(lag_seconds: float) -> Health:
    """Of runs that wait: how long the oldest has waited."""
    if lag_seconds > LAG_UNHEALTHY_SECONDS:
        return "unhealthy"
    return "degraded" if lag_seconds > LAG_DEGRADED_SECONDS else "healthy"


def judge_all(parts: Sequence[Health]) -> Health:
    """Of clusters: unhealthy when all are, degraded when any is not healthy."""
    if not parts or all(part == "unhealthy" for part in parts):
        return "unhealthy"
    return "healthy" if all(part == "healthy" for part in parts) else "degraded"


def judge_model(recent: Recent | None) -> Health:
    """Of a language model: the share of its answers of the last five minutes that did not come."""
    if recent is None or recent.failed == 0:
        return "healthy"
    return "unhealthy" if recent.failed == recent.count else "degraded"


def judge_optional(status: Health) -> Health:
    """Of parts without which the system does the rest of its work: at worst degraded."""
    return "healthy" if status == "healthy" else "degraded"


def judge_system(parts: Iterable[Health]) -> Health:
    """Of parts that are all needed: as bad as the worst."""
    found = {*parts}
    return "unhealthy" if "unhealthy" in found else "degraded" if "degraded" in found else "healthy"
