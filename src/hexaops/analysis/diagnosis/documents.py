"""Findings as JSON: the fields that DECISIONS names, with every text made fit to be shown and without secrets."""

from __future__ import annotations

from hexaops.analysis.diagnosis.confidence import MEASURED, NOT_MEASURED, confidence_of
from hexaops.analysis.diagnosis.model import Evidence, Finding, Fix, Ref
from hexaops.kit.text import plain

LONGEST = 1000
MOST_AFFECTED = 50

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def finding_document(one: Finding) -> dict[str, Json]:
    """One finding."""
    confidence = confidence_of(one.rule)
    share = MEASURED.get(one.rule)
    return {
        **_ref(one.subject),
        "rule": one.rule,
        "finding": plain(one.finding, LONGEST),
        "cause": plain(one.cause, LONGEST),
        "severity": one.severity.name.lower(),
        "confidence": confidence,
        "confidence_basis": f"right in {share.right} of {share.of} findings of this rule in the published suite"
        if share
        else NOT_MEASURED,
        "evidence": [_evidence(item) for item in one.evidence],
        "affected": [_ref(ref) for ref in one.affected[:MOST_AFFECTED]],
        "fix": _fix(one.fix) if one.fix else None,
    }


def _ref(ref: Ref) -> dict[str, Json]:
    return {"kind": plain(ref.kind, 253), "namespace": plain(ref.namespace, 253) or None, "name": plain(ref.name, 253)}


def _evidence(item: Evidence) -> dict[str, Json]:
    return {"source": item.source, **_ref(item.about), "text": plain(item.text, LONGEST)}


def _fix(fix: Fix) -> dict[str, Json]:
    changes: list[Json] = [
        {"path": one.path, "from": _value(one.current), "to": _value(one.wanted)} for one in fix.changes
    ]
    return {
        "action": fix.action.value,
        "target": _ref(fix.target),
        "summary": plain(fix.summary, LONGEST),
        "changes": changes,
    }


def _value(value: str | int | bool | None) -> Json:
    return plain(value, LONGEST) if isinstance(value, str) else value
