"""The lines that answers are made of, each noted with its evidence. Names and texts of the cluster are escaped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hexaops.analysis.applications.model import UNHEALTHY, Application, PodProblem, Status
from hexaops.analysis.applications.usage import Resource, Share, shares_of_application, unmeasured
from hexaops.assistant.answers.attachments import StatusRowView, StatusTable, StatusTableView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.evidence import KUBERNETES, METRICS
from hexaops.backends.kubernetes.rows import EventRow
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown, plain

NAME_LIMIT = 100
TEXT_LIMIT = 200
PROBLEMS_SHOWN = 5
PODS_NAMED = 3
TABLE_LIMIT = 200
"""Rows of a table attachment; `total` says how many there are."""
LABELS: Mapping[Resource, str] = {"cpu": "CPU", "memory": "Memory"}


def names_of(applications: Iterable[Application]) -> Mapping[str, int]:
    """How often each plain name occurs."""
    return Counter([application.workload.name for application in applications])


def name_of(application: Application, facts: Facts) -> str:
    """Its name, with the project where the name alone would not tell."""
    name = markdown(application.name, NAME_LIMIT)
    several = facts.names.get(application.name, 1) > 1
    return f"{name} ({markdown(application.project, NAME_LIMIT)})" if several else name


def listing(names: Sequence[str], *, limit: int = 8, last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`, at most `limit` of them."""
    shown = [*names[:limit]]
    if len(names) > limit:
        shown.append(f"{len(names) - limit} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def plural(number: int, noun: str) -> str:
    """`1 pod`, `2 pods`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def subject_of(application: Application) -> str:
    """How evidence names it."""
    return f"{application.kind} {application.project}/{application.name}"


def shares_of(application: Application, facts: Facts) -> Mapping[Resource, Share]:
    """Its usage, with reasons where there is none."""
    resources: tuple[Resource, ...] = ("cpu", "memory")
    if facts.usage is None:
        return {resource: unmeasured(facts.usage_reason) for resource in resources}
    return shares_of_application(application, facts.usage)


def note_replicas(draft: Draft, application: Application, facts: Facts) -> str:
    """Evidence of its replicas and status."""
    value = f"{application.replicas} ready, {application.status}"
    return draft.evidence.note(KUBERNETES, subject_of(application), value, unit="replicas", at=facts.freshness.as_of)


def note_share(draft: Draft, application: Application, resource: Resource, share: Share) -> str:
    """Evidence of one usage."""
    unit = f"{resource} % of {share.basis}"
    return draft.evidence.note(METRICS, subject_of(application), share.percent, unit=unit, at=share.measured_at)


def usage_words(draft: Draft, application: Application, facts: Facts) -> tuple[str, list[str]]:
    """`CPU: 35%, Memory: 45%` with its evidence; empty where nothing is known."""
    parts, noted = [], []
    for resource, share in shares_of(application, facts).items():
        if share.percent is not None:
            parts.append(f"{LABELS[resource]}: {whole(share.percent)}")
            noted.append(note_share(draft, application, resource, share))
    return ", ".join(parts), noted


def whole(percent: float) -> str:
    """`35%`; what would round to nothing is `<1%`."""
    return "<1%" if 0 < percent < 0.5 else f"{percent:.0f}%"


def replica_words(application: Application) -> str:
    """`3/3 replicas running`, as the document writes it."""
    if application.status is Status.STOPPED:
        return f"{application.replicas} replicas, stopped"
    return f"{application.replicas} {'replica' if application.desired == 1 else 'replicas'} running"


def application_line(draft: Draft, application: Application, facts: Facts) -> None:
    """One line of a status answer."""
    noted = [note_replicas(draft, application, facts)]
    words = f"- {name_of(application, facts)}: {replica_words(application)}"
    if application.status in UNHEALTHY:
        noted += [note_problem(draft, problem, facts) for problem in application.problems[:5]]
        words += f" ⚠️ ({markdown(application.trouble, TEXT_LIMIT)})"
    elif application.status is not Status.STOPPED:
        usage, measured = usage_words(draft, application, facts)
        noted += measured
        if application.trouble:
            words += f" ({markdown(application.trouble, TEXT_LIMIT)})"
        words += f", {usage}" if usage else ""
    draft.say(words, *noted)


def note_problem(draft: Draft, problem: PodProblem, facts: Facts) -> str:
    """Evidence of one pod's problem."""
    subject = f"Pod {problem.pod.namespace}/{problem.pod.name}"
    return draft.evidence.note(
        KUBERNETES, subject, f"{problem.kind}: {problem.detail}", unit="state", at=facts.freshness.as_of
    )


def problem_lines(draft: Draft, problems: Sequence[PodProblem], facts: Facts) -> None:
    """What is wrong, once for all pods that have the same problem."""
    alike: dict[tuple[str, str], list[PodProblem]] = {}
    for problem in problems:
        alike.setdefault((problem.kind, problem.detail), []).append(problem)
    for (kind, detail), members in [*alike.items()][:PROBLEMS_SHOWN]:
        names = [markdown(problem.pod.name, NAME_LIMIT) for problem in members]
        pods = f"Pod {names[0]} is" if len(names) == 1 else f"Pods {listing(names, limit=PODS_NAMED)} are"
        noted = [note_problem(draft, problem, facts) for problem in members[:PODS_NAMED]]
        if len(names) > PODS_NAMED:
            noted.append(note_count(draft, facts, len(names) - PODS_NAMED, "further pods with this problem"))
        draft.say(f"- {pods} {kind}: {markdown(detail, TEXT_LIMIT)}", *noted)


def distinct(events: Sequence[EventRow]) -> list[tuple[EventRow, int]]:
    """Events that say the same told once: the newest one, and how often all of them were seen."""
    alike: dict[tuple[str, str], list[EventRow]] = {}
    for event in events:
        alike.setdefault((event.reason, event.message), []).append(event)
    return [(same[0], sum(event.count for event in same)) for same in alike.values()]


def event_line(draft: Draft, event: EventRow, facts: Facts, *, count: int) -> None:
    """One event, quoted: its words are not ours."""
    subject = f"Event {event.involved_kind} {event.involved_namespace}/{event.involved_name}"
    value = f"{event.reason}: {event.message}"
    noted = [draft.evidence.note(KUBERNETES, subject, value, unit="event", at=event.last_seen)]
    if count > 1:
        query = f"events {event.reason} like this"
        noted.append(draft.evidence.note(KUBERNETES, query, count, unit="times", at=event.last_seen, is_query=True))
    age = format_duration(facts.now.timestamp() - event.last_seen)
    times = f", {count} times" if count > 1 else ""
    said = markdown(event.message, TEXT_LIMIT)
    draft.say(f"- {markdown(event.reason, NAME_LIMIT)}{times}, last {age} ago: “{said}”", *noted)


def note_count(draft: Draft, facts: Facts, number: int, what: str) -> str:
    """Evidence of a number of things that were counted."""
    return draft.evidence.note(KUBERNETES, what, number, unit="objects", at=facts.freshness.as_of, is_query=True)


def status_table(draft: Draft, applications: Sequence[Application], facts: Facts) -> None:
    """The document's table of applications as an attachment."""
    rows = [_table_row(application, facts) for application in applications[:TABLE_LIMIT]]
    nulls = {
        f"applications[{number}].{field}": reason
        for number, (_, reasons) in enumerate(rows)
        for field, reason in reasons.items()
    }
    table = StatusTableView(
        applications=[row for row, _ in rows], total=len(applications), truncated=len(applications) > TABLE_LIMIT
    )
    draft.attach(StatusTable(data=table), nulls=nulls)


TableRow = tuple[StatusRowView, Mapping[str, str]]
"""What the table shows of an application, and why some of its fields are null."""


def _table_row(application: Application, facts: Facts) -> TableRow:
    """The same for the same application and the same measurements: made once for all who ask."""
    if facts.usage is None:
        return _made_row(application, facts)
    return facts.usage.derive("table row", application.id, application, lambda: _made_row(application, facts))


def _made_row(application: Application, facts: Facts) -> TableRow:
    shares = shares_of(application, facts)
    row = StatusRowView(
        id=application.id,
        name=plain(application.name, NAME_LIMIT),
        project=plain(application.project, NAME_LIMIT),
        kind=application.kind,
        status=application.status,
        reason=plain(application.trouble, TEXT_LIMIT),
        replicas=application.replicas,
        cpu_usage=shares["cpu"].percent,
        memory_usage=shares["memory"].percent,
    )
    reasons = {
        f"{resource}_usage": share.reason or "not measured"
        for resource, share in shares.items()
        if share.percent is None
    }
    return row, reasons
