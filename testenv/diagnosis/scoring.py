"""Holds the diagnosis to the suite: which findings are right, and how often each rule is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from hexaops.analysis.diagnosis import Finding, Severity, diagnose, read_snapshot
from testenv.diagnosis.judging import judge, names_cause
from testenv.diagnosis.suite import CONTROLS, FAULTS, Case
from testenv.diagnosis.written import SETS


def is_about(case: Case, finding: Finding) -> bool:
    """Whether the finding names an object that the case allows."""
    return bool({f"{finding.subject.kind}/{finding.subject.name}", f"{finding.subject.kind}/*"} & {*case.about})


def is_right(case: Case, finding: Finding) -> bool:
    """Whether the finding names the cause: rule, object and words."""
    said = f"{finding.finding} {finding.cause}".lower()
    return finding.rule in case.rules and is_about(case, finding) and all(word in said for word in case.says)


@dataclass
class Score:
    """Counts over the suite."""

    found: int = 0
    first: int = 0
    fix: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    """Controls with a finding above low."""
    spoken: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    """By rule: whether each of its findings was right."""


def score() -> Score:
    """Diagnose every case."""
    result = Score()
    for case in FAULTS:
        found = diagnose(read_snapshot(case.snapshot()))
        right = bool(found) and is_right(case, found[0])
        result.found += any(is_about(case, one) for one in found)
        result.first += right
        result.fix += right and found[0].fix is not None
        if not right:
            result.missed.append(case.name)
        for one in _counted(found):
            result.spoken[one.rule].append(is_right(case, one))
    for case in CONTROLS:
        found = [one for one in diagnose(read_snapshot(case.snapshot())) if one.severity > Severity.LOW]
        result.false += [case.name] if found else []
        for one in found:
            result.spoken[one.rule].append(False)
    for verdict in (one for name in SETS for one in judge(name).faults):
        for one in _counted(verdict.findings):
            result.spoken[one.rule].append(names_cause(verdict.case, one))
    return result


def _counted(found: list[Finding]) -> list[Finding]:
    """The findings of a fault that a rule is held to: those above low, or the first where all are."""
    return [one for one in found if one.severity > Severity.LOW] or found[:1]


def measured_shares(result: Score) -> dict[str, tuple[int, int]]:
    """Right and all findings of each rule that spoke."""
    return {rule: (sum(right), len(right)) for rule, right in result.spoken.items()}
