"""How applications are doing: all, a selection, one, or just their number."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import UNHEALTHY, Application, Status
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import (
    NAME_LIMIT,
    TEXT_LIMIT,
    application_line,
    distinct,
    event_line,
    listing,
    name_of,
    note_count,
    note_replicas,
    plural,
    problem_lines,
    replica_words,
    status_table,
    usage_words,
)
from hexaops.assistant.answers.possible import actions_for, suggest_for_issues
from hexaops.assistant.answers.select import applications_of, filtered, severity
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.understanding.model import PendingQuestion, Understanding
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown

HEALTHY_SHOWN = 20
ISSUES_SHOWN = 30
DETAILED = 3
"""Up to so many applications are told in detail."""
MANY = 8
EVENTS_SHOWN = 3
FILTER_WORDS = {
    "healthy": ("is healthy", "are healthy"),
    "unhealthy": ("has issues", "have issues"),
    "failing": ("has failing pods", "have failing pods"),
    "pending": ("has pending pods", "have pending pods"),
    "stopped": ("is stopped", "are stopped"),
    "running": ("is running (at least one replica is ready)", "are running (at least one replica is ready)"),
}


def answer_status(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The answer to a status query."""
    if asked.resource_type == "projects":
        projects(facts, draft)
        return
    selected = applications_of(asked, facts)
    draft.examine(selected)
    draft.offer(actions_for(selected, facts))
    word = asked.parameters.status_filter
    named = any(found.entity.kind in {"application", "pod"} for found in asked.targets)
    if word is not None and (not named or len(selected) > 1):
        selected = by_status(asked, facts, draft, selected)
    elif asked.parameters.count and not named:
        noted = note_count(draft, facts, len(selected), f"applications{_within(asked)}")
        verb = "is" if len(selected) == 1 else "are"
        draft.say(f"There {verb} {plural(len(selected), 'application')}{_within(asked)}.", noted)
        grouped(facts, draft, selected)
    elif named and len(selected) <= DETAILED:
        for application in selected:
            one(application, facts, draft)
        status_table(draft, selected, facts)
    else:
        everything(asked, facts, draft, selected)
    suggest_for_issues(draft, selected, facts)
    if len(selected) <= 10:
        draft.shown += [application.id for application in selected]


def everything(asked: Understanding, facts: Facts, draft: Draft, selected: Sequence[Application]) -> None:
    """The document's form: a count, then the healthy ones, then those with issues."""
    running = "" if any(application.status is Status.STOPPED for application in selected) else " running"
    noted = note_count(draft, facts, len(selected), f"applications{_within(asked)}")
    where = _within(asked) or f" in your {markdown(facts.workspace_name, NAME_LIMIT)}"
    if not selected:
        draft.say(f"I can see no applications{where}.", noted)
        return
    count = plural(len(selected), "application")
    if asked.parameters.whether:
        _verdict(selected, _within(asked), noted, draft)
    else:
        draft.say(f"I can see you have {count}{running}{where}. Here's the current status:", noted)
    grouped(facts, draft, selected)
    status_table(draft, selected, facts)
    troubled = tuple(application.id for application in selected if application.problems)
    if troubled:
        draft.pending = PendingQuestion("choose_intent", "diagnose", ("diagnose",), targets=troubled[:MANY])
        draft.gap()
        draft.say("Would you like me to show the reasons and events of the applications with issues?")


def _verdict(selected: Sequence[Application], where: str, noted: str, draft: Draft) -> None:
    """Whether all is well, in one sentence."""
    troubled = [one for one in selected if one.status in UNHEALTHY]
    of_all = f"{plural(len(selected), 'application')}{where}"
    if troubled:
        draft.say(f"{len(troubled)} of {of_all} {'has' if len(troubled) == 1 else 'have'} issues.", noted)
    else:
        draft.say(f"None of {of_all} has an issue.", noted)


def grouped(facts: Facts, draft: Draft, selected: Sequence[Application]) -> None:
    """The applications by how they are doing, capped lists."""
    groups = (
        ("Healthy Applications", {Status.HEALTHY}, HEALTHY_SHOWN),
        ("Applications with Issues", UNHEALTHY, ISSUES_SHOWN),
        ("Applications Changing", {Status.PROGRESSING}, ISSUES_SHOWN),
        ("Stopped Applications", {Status.STOPPED}, HEALTHY_SHOWN),
    )
    for title, statuses, limit in groups:
        members = [application for application in selected if application.status in statuses]
        members.sort(key=severity)
        if not members:
            continue
        draft.gap()
        draft.say(f"**{title} ({len(members)}):**", note_count(draft, facts, len(members), title.casefold()))
        lines(facts, draft, members, limit)


def lines(facts: Facts, draft: Draft, members: Sequence[Application], limit: int) -> None:
    """One line each, and how many more there are."""
    for application in members[:limit]:
        application_line(draft, application, facts)
    if len(members) > limit:
        noted = note_count(draft, facts, len(members) - limit, "further applications")
        draft.say(f"- … and {len(members) - limit} more (see the table)", noted)


def by_status(asked: Understanding, facts: Facts, draft: Draft, selected: list[Application]) -> list[Application]:
    """Those that a status word selects, among the selected ones; returns what was listed."""
    word = asked.parameters.status_filter or ""
    singular, several = FILTER_WORDS[word]
    found = sorted(filtered(selected, word), key=severity)
    noted = note_count(draft, facts, len(found), f"applications: {word}{_within(asked)}")
    total = note_count(draft, facts, len(selected), f"applications{_within(asked)}")
    of_all = f" of {plural(len(selected), 'application')}{_within(asked)}"
    draft.say(f"{len(found) or 'None'}{of_all} {singular if len(found) == 1 else several}.", noted, total)
    if found:
        draft.gap()
        lines(facts, draft, found, ISSUES_SHOWN)
        status_table(draft, found, facts)
        return found
    if word in {"unhealthy", "failing", "pending"}:
        others = [a for a in selected if a.status in UNHEALTHY]
        if others:
            draft.say("These have other issues:", note_count(draft, facts, len(others), "applications with issues"))
            lines(facts, draft, others, ISSUES_SHOWN)
            return others
    return selected


def one(application: Application, facts: Facts, draft: Draft) -> None:
    """One application in detail: replicas, usage, what is wrong with which pod, and what the cluster said about it."""
    usage, measured = usage_words(draft, application, facts)
    stopped = application.status is Status.STOPPED
    replicas = f"{application.replicas} replicas" if stopped else replica_words(application)
    trouble = f" ({markdown(application.trouble, TEXT_LIMIT)})" if application.trouble and not stopped else ""
    words = f"**{name_of(application, facts)}** is {application.status}: {replicas}{trouble}"
    draft.gap()
    draft.say(words + (f", {usage}" if usage else "") + ".", note_replicas(draft, application, facts), *measured)
    if application.status is not Status.HEALTHY:
        explain(application, facts, draft)


def explain(application: Application, facts: Facts, draft: Draft) -> None:
    """The problems of its pods and the latest warnings within the time range."""
    problem_lines(draft, application.problems, facts)
    conditions = [c for c in application.workload.conditions if c.type == "ReplicaFailure" and c.status == "True"]
    for condition in conditions:
        noted = draft.evidence.note(
            KUBERNETES,
            f"{application.kind} {application.project}/{application.name}",
            f"{condition.reason}: {condition.message}",
            unit="condition",
            at=facts.freshness.as_of,
        )
        reason, message = markdown(condition.reason, NAME_LIMIT), markdown(condition.message, TEXT_LIMIT)
        draft.say(f"- Pods cannot be created ({reason}): “{message}”", noted)
    warned(application, facts, draft)


def warned(application: Application, facts: Facts, draft: Draft) -> None:
    """The latest warnings about it within the time range."""
    if facts.no_warnings is not None:
        noted = draft.evidence.note(KUBERNETES, "list Event", "not available", unit="state", at=facts.freshness.as_of)
        draft.say(f"- I can't read events here ({markdown(facts.no_warnings, TEXT_LIMIT)}).", noted)
        return
    since = facts.now.timestamp() - facts.time_range_seconds
    recent = [event for event in facts.warnings(application) if event.last_seen >= since]
    if recent:
        draft.say(f"What the cluster reported in the last {format_duration(facts.time_range_seconds)}:")
        for event, count in distinct(recent)[:EVENTS_SHOWN]:
            event_line(draft, event, facts, count=count)


def projects(facts: Facts, draft: Draft) -> None:
    """The workspace's projects and how many applications each has."""
    at = facts.freshness.as_of
    noted = draft.evidence.note(KUBERNETES, "projects of the workspace", len(facts.projects), at=at, is_query=True)
    draft.say(f"Your {markdown(facts.workspace_name, NAME_LIMIT)} has {plural(len(facts.projects), 'project')}.", noted)
    draft.examine(facts.applications or ())
    for project in facts.projects[:ISSUES_SHOWN]:
        members = [application for application in facts.applications or () if application.project == project]
        issues = sum(application.status in UNHEALTHY for application in members)
        ids = (
            note_count(draft, facts, len(members), f"applications in {project}"),
            note_count(draft, facts, issues, f"applications with issues in {project}"),
        )
        words = f"- {markdown(project, NAME_LIMIT)}: {plural(len(members), 'application')}"
        draft.say(words + (f", {issues} with issues ⚠️" if issues else ""), *ids)


def _within(asked: Understanding) -> str:
    names = [found.entity.name for found in asked.targets if found.entity.kind == "project"]
    if asked.parameters.namespace and asked.parameters.namespace not in names:
        names.append(asked.parameters.namespace)
    return f" in {listing([markdown(name, NAME_LIMIT) for name in names])}" if names else ""


def explained(facts: Facts, draft: Draft, applications: Sequence[Application]) -> None:
    """Several applications with their problems and events, capped."""
    for application in applications[:MANY]:
        one(application, facts, draft)
    if len(applications) > MANY:
        noted = note_count(draft, facts, len(applications) - MANY, "further applications")
        draft.say(f"… and {len(applications) - MANY} more applications", noted)
