"""From a snapshot to ranked findings: one finding a cause, its symptoms as evidence, the cause before all else.

Each sick pod is explained by the first rule that can; findings with one key are merged; a finding whose `symptom_of`
names an object that another finding is about becomes evidence of that one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from hexaops.analysis.diagnosis.catalog import NEEDS, POD_RULES, RULES, Rule
from hexaops.analysis.diagnosis.model import Evidence, Finding, Ref, Severity
from hexaops.analysis.diagnosis.pods import Sick, is_ready, sick_pods
from hexaops.analysis.diagnosis.releases import blame_release
from hexaops.analysis.diagnosis.rules.controllers import blocked_ordinals, stale_revision
from hexaops.analysis.diagnosis.rules.fixes import fix_of
from hexaops.analysis.diagnosis.rules.jobs import failed_jobs, with_indexes
from hexaops.analysis.diagnosis.rules.logs import with_log
from hexaops.analysis.diagnosis.rules.remedies import REMEDIES
from hexaops.analysis.diagnosis.rules.upstream import with_upstream
from hexaops.analysis.diagnosis.snapshot import Snapshot

MOST_EVIDENCE = 12
VAGUE = "cannot tell"
UNSAID = "would show what it answers"
"""In the cause of a probe that fails and of which no event says how."""
LEAST = ("config-map-unused", "default-service-account")
"""Hygiene that nearly every cluster has: behind everything else."""
_SAYS_LITTLE = frozenset({"crash", "pod-failed", "pod-not-ready", "completed-container"})


def diagnose(snapshot: Snapshot) -> list[Finding]:
    """The findings, worst and surest first; empty when nothing is wrong."""
    return conclude([finding for judge in JUDGES for finding in judge(snapshot)], snapshot)


def _of_pods(snapshot: Snapshot) -> Iterator[Finding]:
    for sick in sick_pods(snapshot):
        yield from _explain(sick)


def _of_jobs(snapshot: Snapshot) -> Iterator[Finding]:
    for job, sick in failed_jobs(snapshot):
        for one in _explain(sick) if sick else []:
            if one.rule not in _SAYS_LITTLE:
                yield with_indexes(one, job)


JUDGES: tuple[Rule, ...] = (_of_pods, _of_jobs, *RULES)
"""Everything that finds something in a snapshot, in order."""


def conclude(found: list[Finding], snapshot: Snapshot) -> list[Finding]:
    """Ranked findings, one a cause, from what the judges found."""
    if snapshot.unread:
        found = [one for one in found if not NEEDS.get(one.rule, frozenset()) & snapshot.unread]
    if snapshot.other_nodes:
        found = [one for one in found if one.subject.kind != "Node" or one.subject.name not in snapshot.other_nodes]
    merged = [stale_revision(blocked_ordinals(one, snapshot), snapshot) for one in _merge(found)]
    whole = [replace(one, fix=fix_of(one, snapshot)) for one in _absorb(merged)]
    return sorted(whole, key=_rank)


def _explain(sick: Sick) -> list[Finding]:
    for rule in POD_RULES:
        finding = rule(sick)
        if finding is not None:
            remedy = REMEDIES.get(finding.rule)
            if finding.fix is None and remedy is not None:
                finding = replace(finding, fix=remedy(sick))
            told = with_upstream(with_log(finding, sick), sick)
            graded = _with_severity(told, sick)
            return [blame_release(graded, sick) if graded.subject == sick.workload.ref else graded]
    return []


def _with_severity(finding: Finding, sick: Sick) -> Finding:
    """Down altogether is critical; with some pods left it is as the rule says."""
    if (
        finding.severity is not Severity.HIGH
        or sick.workload.kind in {"Pod", "Job", "CronJob", "DaemonSet"}
        or finding.subject != sick.workload.ref
    ):
        return finding
    pods = sick.snapshot.pods_of(sick.workload)
    return finding if any(is_ready(pod) for pod in pods) else replace(finding, severity=Severity.CRITICAL)


def _merge(found: Iterable[Finding]) -> list[Finding]:
    """Findings of one cause as one; several subjects with a common root become a finding about the root."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for one in found:
        groups[one.key or f"{one.rule} {one.subject}"].append(one)
    return [_merged(group) for group in groups.values()]


def _merged(group: list[Finding]) -> Finding:
    first = max(group, key=lambda one: one.severity)
    subjects = tuple(dict.fromkeys(one.subject for one in group))
    if len(subjects) > 1 and first.root is not None:
        names = ", ".join(str(one) for one in subjects)
        first = replace(first, subject=first.root, finding=f"{first.finding} ({names})")
    evidence = [item for one in group for item in one.evidence]
    affected = tuple(ref for one in group for ref in (*one.affected, one.subject))
    symptom_of = tuple(dict.fromkeys(ref for one in group for ref in one.symptom_of))
    return replace(first, symptom_of=symptom_of).with_evidence(*evidence, affected=affected)


def _absorb(found: list[Finding]) -> list[Finding]:
    """Symptoms become evidence of the finding on what they are symptoms of."""
    by_ref: dict[Ref, list[int]] = defaultdict(list)
    for at, one in enumerate(found):
        for ref in {one.subject, *one.affected, *([one.root] if one.root else [])}:
            by_ref[ref].append(at)
    parent = {at: above for at, one in enumerate(found) if (above := _cause_of(at, one, found, by_ref)) is not None}
    for at in list(parent):
        if _top(at, parent) is None:  # a circle of symptoms: none of them is the cause of all
            parent.pop(at)
    kept = {at: one for at, one in enumerate(found) if at not in parent}
    for at in parent:
        top = _top(at, parent)
        assert top is not None
        symptom = found[at]
        note = Evidence("symptom", symptom.subject, f"{symptom.finding}")
        worst = max(kept[top].severity, symptom.severity)
        kept[top] = replace(kept[top], severity=worst).with_evidence(
            note, affected=(symptom.subject, *symptom.affected)
        )
    return [replace(one, evidence=one.evidence[:MOST_EVIDENCE]) for one in kept.values()]


def _cause_of(at: int, one: Finding, found: list[Finding], by_ref: dict[Ref, list[int]]) -> int | None:
    """The finding that this one is a symptom of: one about the object itself before one that merely touches it."""
    candidates = [
        other
        for ref in one.symptom_of
        for other in by_ref.get(ref, ())
        if other != at and found[other].severity > Severity.LOW
    ]
    if not candidates:
        return _told_of_same(one, found, by_ref) if one.severity is Severity.CRITICAL and _is_vague(one) else None
    own = [
        other for other in candidates if found[other].subject in one.symptom_of and not _depends_on(found[other], one)
    ]
    rest = [other for other in candidates if not _depends_on(found[other], one)]
    return next(iter([*own, *rest]), None)


def _told_of_same(one: Finding, found: list[Finding], by_ref: dict[Ref, list[int]]) -> int | None:
    """Where nothing works and nothing is known of why, what else is wrong with the object is the better guess."""
    return next(
        (
            other
            for other in by_ref.get(one.subject, ())
            if found[other].subject == one.subject
            and found[other].severity > Severity.LOW
            and not _is_vague(found[other])
        ),
        None,
    )


def _is_vague(one: Finding) -> bool:
    """Whether it says that something does not work, and not why."""
    return one.cause.startswith(VAGUE) or UNSAID in one.cause


def _depends_on(one: Finding, other: Finding) -> bool:
    """Whether the first is itself a symptom of the second."""
    return other.subject in one.symptom_of


def _top(at: int, parent: dict[int, int]) -> int | None:
    seen = {at}
    while at in parent:
        at = parent[at]
        if at in seen:
            return None
        seen.add(at)
    return at


def _rank(one: Finding) -> tuple[int, int, bool, int, str, Ref]:
    """Severity, then what is certain before what cannot be told, then how much it breaks."""
    least = LEAST.index(one.rule) + 1 if one.rule in LEAST else 0
    return (-one.severity, least, one.cause.startswith(VAGUE), -len(one.affected), one.rule, one.subject)
