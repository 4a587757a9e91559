"""Judges a diagnosis of a written case as a reader would: the object that is named, the words of the cause, the fix."""

from __future__ import annotations

from dataclasses import dataclass, field

from hexaops.analysis.diagnosis import Finding, Severity, diagnose, read_snapshot
from testenv.diagnosis.written import Written, written


def is_about(case: Written, finding: Finding) -> bool:
    """Whether the finding names an object that the case allows."""
    return bool({f"{finding.subject.kind}/{finding.subject.name}", f"{finding.subject.kind}/*"} & {*case.about})


def names_cause(case: Written, finding: Finding) -> bool:
    """Whether the finding is about the right object and says the words of the cause."""
    said = f"{finding.finding} {finding.cause}".lower()
    return is_about(case, finding) and all(any(word in said for word in group) for group in case.says)


@dataclass
class Verdict:
    """What was found of one case."""

    case: Written
    findings: list[Finding]
    found: bool = False
    first: bool = False
    fix: bool = False
    quiet: bool = True


@dataclass
class Judged:
    """The verdicts of a set."""

    faults: list[Verdict] = field(default_factory=list)
    controls: list[Verdict] = field(default_factory=list)

    def shares(self) -> dict[str, tuple[int, int]]:
        """Count and total: found, cause first, cause alone above low, right fix, controls that are quiet."""
        fixable = [one for one in self.faults if one.case.fix]
        return {
            "found": (sum(one.found for one in self.faults), len(self.faults)),
            "first": (sum(one.first for one in self.faults), len(self.faults)),
            "alone": (sum(one.first and _grave(one) <= 1 for one in self.faults), len(self.faults)),
            "fix": (sum(one.fix for one in fixable), len(fixable)),
            "quiet": (sum(one.quiet for one in self.controls), len(self.controls)),
        }


def _grave(verdict: Verdict) -> int:
    return sum(one.severity > Severity.LOW for one in verdict.findings)


def judge(name: str) -> Judged:
    """Diagnose every case of a set."""
    result = Judged()
    for case in written(name):
        found = diagnose(read_snapshot(case.snapshot))
        verdict = Verdict(case, found, quiet=all(one.severity <= Severity.LOW for one in found))
        if not case.about:
            result.controls.append(verdict)
            continue
        verdict.found = any(is_about(case, one) for one in found)
        verdict.first = bool(found) and names_cause(case, found[0])
        verdict.fix = verdict.first and found[0].fix is not None and found[0].fix.action in case.fix
        result.faults.append(verdict)
    return result
