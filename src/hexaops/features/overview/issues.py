"""What is wrong in a workspace now: applications with failing or pending pods, full limits, nodes in trouble.

Statuses say what is wrong, and since when; the diagnosis adds each one's cause, and what shows in no status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.applications.model import UNHEALTHY, Application, PodProblem
from hexaops.analysis.applications.status import counted, overdue, refused
from hexaops.analysis.applications.usage import Resource, Share
from hexaops.analysis.diagnosis.causes import Cause
from hexaops.analysis.diagnosis.model import Severity
from hexaops.analysis.workspace_scores import IssueSeverity
from hexaops.backends.kubernetes.rows import NodeRow

HIGH_PERCENT = 90.0
"""Above this share of its limits an application's usage is an issue."""
RANK: dict[IssueSeverity, int] = {"critical": 0, "warning": 1, "info": 2}
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


class Issue(Struct, frozen=True):
    """One thing that is wrong. Texts of the cluster are as they came."""

    severity: IssueSeverity
    type: str
    component: str
    message: str
    since: float | None
    """Seconds since 1970; None: it is measured now, and not known for how long."""


def issues_of(
    applications: Sequence[tuple[Application, Mapping[Resource, Share]]],
    nodes: Iterable[NodeRow],
    causes: Sequence[Cause] = (),
) -> list[Issue]:
    """All of them, the worst and then the oldest first."""
    told = _by_application(causes)
    found = [
        replace(issue, message=f"{issue.message}; cause: {told[application.id].finding.cause}")
        if application.id in told
        else issue
        for application, _ in applications
        for issue in _of_application(application)
    ]
    found += [issue for application, shares in applications for issue in _of_usage(application, shares)]
    found += [issue for node in nodes for issue in _of_node(node)]
    found += _of_causes(causes, {issue.component for issue in found})
    return sorted(found, key=lambda one: (RANK[one.severity], one.since or float("inf"), one.component, one.type))


def _by_application(causes: Iterable[Cause]) -> Mapping[str, Cause]:
    """The first cause that is told of each application."""
    found: dict[str, Cause] = {}
    for one in causes:
        if one.application is not None and one.is_told and one.finding.severity > Severity.LOW:
            found.setdefault(one.application.id, one)
    return found


def _of_causes(causes: Iterable[Cause], known: Set[str]) -> Iterator[Issue]:
    """What no status shows: a missing certificate, a Service without pods, a claim that is not bound."""
    for one in causes:
        finding, name = one.finding, one.application.name if one.application else one.finding.subject.name
        if finding.severity is Severity.LOW or name in known or finding.subject.name in known:
            continue
        severity: IssueSeverity = "critical" if finding.severity is Severity.CRITICAL else "warning"
        yield Issue(severity, issue_word(finding.rule), name, f"{finding.finding}: {finding.cause}", finding.since)


def issue_word(reason: str) -> str:
    """Kubernetes' word in ours: `CrashLoopBackOff` → `crash_loop_back_off`."""
    word = _NOT_A_WORD.sub("_", _BETWEEN_WORDS.sub("_", reason).lower()).strip("_")
    return word if word[:1].isalpha() else f"reason_{word}".rstrip("_")


def _of_application(application: Application) -> Iterator[Issue]:
    if application.status not in UNHEALTHY:
        return
    severity: IssueSeverity = "warning" if application.ready else "critical"
    by_reason: dict[str, list[PodProblem]] = {}
    for problem in application.problems:
        by_reason.setdefault(problem.reason, []).append(problem)
    for reason, problems in by_reason.items():
        message = f"{counted(len(problems), 'pod')} {problems[0].kind}: {problems[0].detail}"
        since = min(_since(problem) for problem in problems)
        yield Issue(severity, issue_word(reason), application.name, message, since)
    if (condition := refused(application.workload)) is not None:
        message = f"pods cannot be created: {condition.message or condition.reason}"
        yield Issue(severity, "replica_failure", application.name, message, condition.since)
    if overdue(application.workload):
        yield Issue(severity, "rollout_overdue", application.name, "the rollout has passed its deadline", None)


def _since(problem: PodProblem) -> float:
    pod = problem.pod
    return pod.ready_since or pod.started_at or pod.created_at


def _of_usage(application: Application, shares: Mapping[Resource, Share]) -> Iterator[Issue]:
    for resource, share in shares.items():
        if share.percent is not None and share.basis == "limits" and share.percent > HIGH_PERCENT:
            message = f"{share.percent:g} % of the {'CPU' if resource == 'cpu' else resource} limits is used"
            yield Issue("warning", f"high_{resource}_usage", application.name, message, None)


def _of_node(node: NodeRow) -> Iterator[Issue]:
    ready = next((one for one in node.conditions if one.type == "Ready"), None)
    if not node.ready:
        message = ready.message or ready.reason if ready else ""
        yield Issue("warning", "node_not_ready", node.name, message or "not ready", ready.since if ready else None)
    for one in node.conditions:
        if one.type != "Ready" and one.status == "True":
            yield Issue("warning", issue_word(one.type), node.name, one.message or one.reason or one.type, one.since)
