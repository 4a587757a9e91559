"""Alerts: the workspace's rules and what fires of them, then what the cluster itself reports."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import UNHEALTHY, Application
from hexaops.analysis.applications.status import overdue
from hexaops.assistant.answers.attachments import ProblemRowView, ProblemTable, ProblemTableView
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import (
    NAME_LIMIT,
    TABLE_LIMIT,
    TEXT_LIMIT,
    application_line,
    distinct,
    event_line,
    plural,
    subject_of,
)
from hexaops.assistant.answers.nodes import trouble_of
from hexaops.assistant.answers.possible import actions_for, suggest_for_issues
from hexaops.assistant.answers.select import applications_of, severity
from hexaops.assistant.evidence import KUBERNETES, STORE
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import NodeRow
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown, plain

SHOWN = 20
EVENTS_SHOWN = 5
OPEN = ("firing", "acknowledged", "silenced")
UNITS = {"percent": " %", "bytes": " bytes", "count": ""}


class RuleLine(Struct, frozen=True):
    """One rule, with its open alert where it has one."""

    id: str
    name: str
    state: str
    """firing, acknowledged or silenced of an alert; else what its measurements say: ok, pending or unknown."""
    severity: str
    value: float | None
    unit: str
    duration: str
    """How long the alert has been open; "" where there is none."""
    alert_id: str
    application: str
    reason: str
    """Why there is no value."""


def tell_rules(rules: Sequence[RuleLine], facts: Facts, draft: Draft) -> None:
    """What fires, of how many rules; a rule that says nothing is told with its reason."""
    opened = [one for one in rules if one.state in OPEN]
    value = f"{len(opened)} open of {len(rules)}"
    noted = draft.evidence.note(STORE, "alert rules", value, unit="rules", at=facts.now, is_query=True)
    firing = sum(one.state == "firing" for one in rules)
    others = [f"{count} {word}" for word in OPEN[1:] if (count := sum(one.state == word for one in opened))]
    words = f"{plural(firing, 'alert') if firing else 'No alert'} {'is' if firing < 2 else 'are'} firing"
    draft.say(f"{words}{', '.join(['', *others])} ({plural(len(rules), 'rule')}).", noted)
    for one in sorted(rules, key=lambda rule: rule.state not in OPEN)[:SHOWN]:
        _rule_line(one, facts, draft)
    for one in opened[:3]:
        if one.state == "firing":
            name = plain(one.application, NAME_LIMIT)
            words = f"Plan to acknowledge the alerts of {name}"
            draft.suggest(Suggestion("acknowledge_alert", words, f"acknowledge the alerts of {name}"))
    draft.gap()


def tell_no_rule(facts: Facts, draft: Draft) -> None:
    """Where the answer is from when nobody has made a rule."""
    noted = draft.evidence.note(STORE, "alert rules", 0, unit="rules", at=facts.now, is_query=True)
    draft.say("No alert rule watches this: this is what the cluster itself reports.", noted)


def tell_never_fired(facts: Facts, draft: Draft) -> None:
    """Without a rule, no alert has ever fired."""
    noted = draft.evidence.note(STORE, "alert rules", 0, unit="rules", at=facts.now, is_query=True)
    draft.say("None: this workspace has no alert rule that could have fired, been acknowledged or silenced.", noted)
    draft.gap()


def tell_no_rules(facts: Facts, draft: Draft) -> None:
    """The answer to a question for rules where there are none."""
    noted = draft.evidence.note(STORE, "alert rules", 0, unit="rules", at=facts.now, is_query=True)
    draft.say("There is no alert rule in this workspace.", noted)
    draft.gap()
    draft.say("“Alert me when memory of NAME is above 80 %” answers with the plan of one.")


def _rule_line(rule: RuleLine, facts: Facts, draft: Draft) -> None:
    value = "unknown" if rule.value is None else f"{rule.value:.4g}{UNITS.get(rule.unit, f' {rule.unit}')}"
    noted = draft.evidence.note(STORE, f"alert rule {rule.id}", f"{rule.state}: {value}", unit="state", at=facts.now)
    why = f" ({markdown(rule.reason, TEXT_LIMIT)})" if rule.value is None and rule.reason else ""
    since = f" for {rule.duration}" if rule.duration else ""
    mark = " ⚠️" if rule.state == "firing" else ""
    draft.say(f"- {markdown(rule.name, TEXT_LIMIT)}: {rule.state}{since}, now {value}{why}{mark}", noted)


def answer_alerts(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The answer to a question about alerts and open problems."""
    selected = applications_of(asked, facts)
    draft.examine(selected)
    draft.offer(actions_for(selected, facts))
    troubled = sorted((one for one in selected if one.status in UNHEALTHY), key=severity)
    nodes = [node for node in facts.nodes if trouble_of(node)]
    draft.analyzed += len(facts.nodes)
    at = facts.freshness.as_of
    count = len(troubled) + len(nodes)
    noted = draft.evidence.note(
        KUBERNETES, "applications and nodes with problems", count, unit="objects", at=at, is_query=True
    )
    draft.say(
        f"There {'is' if count == 1 else 'are'} {plural(count, 'open problem') if count else 'no open problems'}.",
        noted,
    )
    for application in troubled[:SHOWN]:
        application_line(draft, application, facts)
    for node in nodes[:SHOWN]:
        state = ", ".join(trouble_of(node))
        ids = draft.evidence.note(KUBERNETES, f"Node {node.name}", state, unit="state", at=at)
        draft.say(f"- Node {markdown(node.name, NAME_LIMIT)}: {markdown(state, TEXT_LIMIT)} ⚠️", ids)
    _warnings(draft, facts, selected)
    rows = [*map(_application_row, troubled), *map(_node_row, nodes)]
    table = ProblemTableView(alerts=rows[:TABLE_LIMIT], total=len(rows), truncated=len(rows) > TABLE_LIMIT)
    draft.attach(ProblemTable(data=table))
    suggest_for_issues(draft, troubled, facts)
    if len(troubled) <= 10:
        draft.shown += [application.id for application in troubled]


def _warnings(draft: Draft, facts: Facts, selected: list[Application]) -> None:
    since = facts.now.timestamp() - facts.time_range_seconds
    seen = distinct([event for one in selected for event in facts.warnings(one) if event.last_seen >= since])
    if seen:
        window = format_duration(facts.time_range_seconds)
        query = f"warning events of the last {window}"
        noted = draft.evidence.note(
            KUBERNETES, query, len(seen), unit="objects", at=facts.freshness.as_of, is_query=True
        )
        draft.say(f"The cluster reported {plural(len(seen), 'different warning')} in the last {window}:", noted)
        for event, count in seen[:EVENTS_SHOWN]:
            event_line(draft, event, facts, count=count)


def _application_row(application: Application) -> ProblemRowView:
    kind = "rollout_failed" if overdue(application.workload) else f"application_{application.status}"
    return ProblemRowView(
        type=kind,
        object=plain(subject_of(application), TEXT_LIMIT),
        application_id=application.id,
        reason=plain(application.trouble, TEXT_LIMIT),
        details=[plain(problem.detail, TEXT_LIMIT) for problem in application.problems[:5]],
    )


def _node_row(node: NodeRow) -> ProblemRowView:
    words = [plain(word, NAME_LIMIT) for word in trouble_of(node)]
    return ProblemRowView(type="node", object=plain(f"Node {node.name}", TEXT_LIMIT), reason=words[0], details=words)
