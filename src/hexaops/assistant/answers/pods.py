"""Pods: of an application or of all, by status, with restarts and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import Application, PodProblem
from hexaops.assistant.answers.attachments import PodRowView, PodTable, PodTableView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import (
    NAME_LIMIT,
    TABLE_LIMIT,
    TEXT_LIMIT,
    listing,
    note_count,
    plural,
    problem_lines,
)
from hexaops.assistant.answers.possible import actions_for, suggest_for_issues
from hexaops.assistant.answers.select import applications_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.kit.text import markdown, plain

SHOWN = 20

Listed = tuple[Application, PodRow, PodProblem | None]


def answer_pods(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The answer to a question about pods of applications."""
    selected = applications_of(asked, facts)
    draft.examine(selected)
    draft.offer(actions_for(selected, facts))
    named = {found.entity.name for found in asked.targets if found.entity.kind == "pod"}
    nodes = {found.entity.name for found in asked.targets if found.entity.kind == "node"}
    pods = [
        entry
        for application in selected
        for entry in pods_of(application)
        if (not named or entry[1].name in named) and (not nodes or entry[1].node in nodes)
    ]
    word = asked.parameters.status_filter
    found = [entry for entry in pods if word is None or _is(entry, word)]
    draft.analyzed += len(pods)
    _summary(draft, facts, pods, found, asked)
    _list(draft, facts, found)
    pod_table(draft, found)
    suggest_for_issues(draft, [a for a in selected if any(entry[0] is a for entry in found)], facts)
    if len(selected) <= 10:
        draft.shown += [application.id for application in selected]


def pods_of(application: Application) -> list[Listed]:
    """Its pods, each with its problem; those with a problem that are not its own any more come last."""
    problems = {problem.pod.uid: problem for problem in application.problems}
    present = [(application, pod, problems.pop(pod.uid, None)) for pod in application.pods]
    return [*present, *((application, problem.pod, problem) for problem in problems.values())]


def _is(entry: Listed, word: str) -> bool:
    _, pod, problem = entry
    match word:
        case "failing" | "pending":
            return problem is not None and problem.kind == word
        case "unhealthy":
            return problem is not None
        case "healthy" | "running":
            return pod.ready
    return False


def _summary(draft: Draft, facts: Facts, pods: Sequence[Listed], found: Sequence[Listed], asked: Understanding) -> None:
    at, word = facts.freshness.as_of, asked.parameters.status_filter
    nodes = [target.entity.name for target in asked.targets if target.entity.kind == "node"]
    on = f" on {listing([markdown(name, NAME_LIMIT) for name in nodes])}" if nodes else ""
    total = draft.evidence.note(KUBERNETES, "pods of applications", len(pods), unit="objects", at=at, is_query=True)
    if word is not None:
        query = f"pods of applications: {word}"
        noted = draft.evidence.note(KUBERNETES, query, len(found), unit="objects", at=at, is_query=True)
        verb = "is" if len(found) == 1 else "are"
        draft.say(f"{len(found) or 'None'} of {plural(len(pods), 'pod')}{on} {verb} {word}.", noted, total)
        return
    ready = sum(pod.ready for _, pod, _ in pods)
    noted = draft.evidence.note(KUBERNETES, "pods of applications: ready", ready, unit="objects", at=at, is_query=True)
    draft.say(f"{ready} of {plural(len(pods), 'pod')}{on} {'is' if ready == 1 else 'are'} ready.", noted, total)


def _list(draft: Draft, facts: Facts, found: Sequence[Listed]) -> None:
    troubled = sorted(found, key=lambda entry: (entry[2] is None, -entry[1].restarts))
    for _, pod, problem in troubled[:SHOWN]:
        if problem is not None:
            problem_lines(draft, [problem], facts)
            continue
        state = "ready" if pod.ready else "ending" if pod.deleting else "starting"
        restarts = plural(pod.restarts, "restart")
        subject = f"Pod {pod.namespace}/{pod.name}"
        noted = draft.evidence.note(KUBERNETES, subject, f"{state}, {restarts}", unit="state", at=facts.freshness.as_of)
        where = f" on {markdown(pod.node, NAME_LIMIT)}" if pod.node else ""
        draft.say(f"- {markdown(pod.name, NAME_LIMIT)}: {state}{where}, {restarts}", noted)
    if len(troubled) > SHOWN:
        noted = note_count(draft, facts, len(troubled) - SHOWN, "further pods")
        draft.say(f"- … and {len(troubled) - SHOWN} more (see the table)", noted)


def pod_table(draft: Draft, found: Sequence[Listed]) -> None:
    """These pods as an attachment."""
    rows = [
        PodRowView(
            name=plain(pod.name, NAME_LIMIT),
            application=plain(application.name, NAME_LIMIT),
            application_id=application.id,
            project=plain(pod.namespace, NAME_LIMIT),
            phase=pod.phase,
            ready=pod.ready,
            restarts=pod.restarts,
            node=plain(pod.node, NAME_LIMIT),
            problem=plain(f"{problem.kind}: {problem.detail}", TEXT_LIMIT) if problem else "",
        )
        for application, pod, problem in found[:TABLE_LIMIT]
    ]
    draft.attach(PodTable(data=PodTableView(pods=rows, total=len(found), truncated=len(found) > TABLE_LIMIT)))
