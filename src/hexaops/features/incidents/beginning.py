"""When a remediation may begin (rule 13): not beside another one, not again at once, and not again and again."""

from __future__ import annotations

from datetime import datetime, timedelta

from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.features.incidents.chain import Remediation, read, written
from hexaops.features.incidents.errors import IncidentStateError
from hexaops.kit.durations import format_time, parse_time
from hexaops.storage.tables import IncidentRow

COOLDOWN_SECONDS = 300.0
FLAP_SECONDS = 3600.0
MOST_REMEDIATIONS = 3
"""Within FLAP_SECONDS; then a person must look at it."""


def begin(row: IncidentRow, remediation: Remediation, now: datetime) -> None:
    """Note it in the incident's row; raises IncidentStateError or GuardrailRefusedError."""
    present = read(row.remediation)
    if present is not None and present.finished_at is None:
        raise IncidentStateError("A remediation of the incident is under way", row.status)
    since, rest = now - timedelta(seconds=FLAP_SECONDS), now - timedelta(seconds=COOLDOWN_SECONDS)
    lately = [one for one in row.remediations if parse_time(one) > since]
    if len(lately) >= MOST_REMEDIATIONS:
        reason = f"The incident was remediated {len(lately)} times within an hour: a person must look at it"
        free_at = parse_time(lately[-MOST_REMEDIATIONS]) + timedelta(seconds=FLAP_SECONDS)
        raise GuardrailRefusedError(13, reason, possible=f"from {format_time(free_at)}")
    if lately and parse_time(lately[-1]) > rest:
        wait = format_time(parse_time(lately[-1]) + timedelta(seconds=COOLDOWN_SECONDS))
        raise GuardrailRefusedError(13, "The incident was remediated a moment ago", possible=f"from {wait}")
    row.status = "remediating"
    row.remediations = [*lately, format_time(now)]
    row.remediation = written(remediation)
