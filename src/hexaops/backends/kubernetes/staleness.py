"""When what was read counts as out of date although no request has failed yet."""

from __future__ import annotations

from msgspec.structs import replace

from hexaops.backends.kubernetes.kinds import PROMPT_KINDS
from hexaops.backends.kubernetes.table import KindStatus

STALE_SECONDS = 10.0
"""Silence of a prompt kind's watch, or of the whole API server, after which its data is out of date."""


def overdue(status: KindStatus, silent_seconds: float | None, clock_problem: str | None) -> KindStatus:
    """The status with `error` set where the kind, or the whole API server, has been silent for too long."""
    if status.error is not None or not status.synced:
        return status
    if clock_problem is not None:
        return replace(status, error=clock_problem)
    silent = status.age_seconds if status.kind in PROMPT_KINDS else silent_seconds
    if silent is None or silent <= STALE_SECONDS:
        return status
    return replace(status, error=f"the API server has sent nothing for {silent:.0f} s")
