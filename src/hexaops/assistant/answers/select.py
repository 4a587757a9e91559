"""Which applications a question is about: names, project, kind, status words, exceptions."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import UNHEALTHY, Application, ProblemKind, Status
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.understanding.model import Understanding


def applications_of(asked: Understanding, facts: Facts) -> list[Application]:
    """Those that the question names (all when it names none), without a status filter."""
    known = facts.applications or ()
    targets = [found.entity for found in asked.targets]
    wanted = {entity.id for entity in targets if entity.kind == "application"}
    projects = {entity.name for entity in targets if entity.kind == "project"}
    if asked.parameters.namespace:
        projects.add(asked.parameters.namespace)
    pods = {entity.name for entity in targets if entity.kind == "pod"}
    excluded = {found.entity.id for found in asked.excluded}
    kind = asked.parameters.workload_kind
    if not (wanted or projects or pods or kind or excluded):
        return [*known]
    return [
        application
        for application in known
        if (not wanted or application.id in wanted)
        and (not projects or application.project in projects)
        and (not pods or any(pod.name in pods for pod in application.pods))
        and (not kind or application.kind.casefold() == kind.casefold())
        and application.id not in excluded
        and application.project not in excluded
    ]


def filtered(applications: Sequence[Application], word: str | None) -> list[Application]:
    """Those that a status word of a question means."""
    return [application for application in applications if word is None or _is(application, word)]


def _is(application: Application, word: str) -> bool:
    match word:
        case "healthy":
            return application.status is Status.HEALTHY
        case "unhealthy":
            return application.status in UNHEALTHY
        case "failing":
            return _has(application, ProblemKind.FAILING) or application.status is Status.FAILING
        case "pending":
            return _has(application, ProblemKind.PENDING) or application.status is Status.PENDING
        case "stopped":
            return application.status is Status.STOPPED
        case "running":
            return application.ready > 0
    return True


def _has(application: Application, kind: ProblemKind) -> bool:
    return any(problem.kind is kind for problem in application.problems)


def severity(application: Application) -> tuple[bool, bool]:
    """Failing before pending; what is healthy keeps its order."""
    if not application.problems:
        return application.ready > 0 and application.status in UNHEALTHY, True
    return application.ready > 0 and application.status in UNHEALTHY, not _has(application, ProblemKind.FAILING)
