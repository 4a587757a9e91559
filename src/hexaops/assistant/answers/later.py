"""Questions that are understood but cannot be answered yet: said honestly, with what the cluster does say."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import name_of, note_count, plural, subject_of
from hexaops.assistant.answers.operations import answer_operations
from hexaops.assistant.answers.possible import actions_for, suggest_for_issues
from hexaops.assistant.answers.select import applications_of, severity
from hexaops.assistant.answers.status import explained, warned
from hexaops.assistant.answers.talk import STATUS
from hexaops.assistant.answers.usage import answer_usage
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding

_CANNOT: dict[Intent, str] = {
    Intent.PERFORMANCE_ANALYSIS: "I can't analyse performance over time yet: I keep no history of metrics.",
    Intent.LOG_QUERY: "I can't read logs yet.",
    Intent.OPTIMIZATION: "I can't recommend optimizations yet: that needs a history of usage, which I do not keep.",
    Intent.COST_ANALYSIS: "I can't tell costs yet: I know no prices.",
    Intent.CHANGE_HISTORY: "I can't tell a history of the cluster yet: I know the latest actions and recent warnings.",
    Intent.ALERT_CREATE: "I can't create alerts yet.",
    Intent.ALERT_ACKNOWLEDGE: "I can't acknowledge alerts: no alert source is connected to this workspace.",
    Intent.ANOMALY_QUERY: "I can't detect anomalies yet: I keep no history of metrics.",
    Intent.FORECAST_QUERY: "I can't forecast yet: I keep no history of metrics.",
    Intent.SECURITY_QUERY: "I can't assess security yet.",
    Intent.DASHBOARD_CREATE: "I can't make dashboards yet.",
    Intent.AUTOSCALING: "I plan autoscaling when you ask for it directly, with its bounds. Nothing was changed.",
    Intent.CONFIG_UPDATE: "I plan a configuration when you ask for it directly, with its values. Nothing was changed.",
    Intent.DEPLOY_APPLICATION: "I can't deploy applications.",
    Intent.DELETE_APPLICATION: "I can't delete applications.",
    Intent.NODE_MAINTENANCE: "I can't drain or cordon nodes.",
    Intent.BACKUP: "I can't make backups yet.",
    Intent.HIGH_USAGE: "I can't explain usage over time yet: I keep no history of metrics. This is used now:",
    Intent.EVENT_QUERY: "I can't list events yet: I know the latest actions and recent warnings.",
    Intent.COST_BREAKDOWN: "I can't tell costs yet: I know no prices.",
    Intent.COST_OPTIMIZATION: "I can't tell costs or savings yet: I know no prices.",
    Intent.CONNECTIVITY: "I can't test connections yet.",
    Intent.DIAGNOSTICS: "I can't collect diagnostics yet.",
    Intent.ROLLBACK_APPLICATION: "I plan a rollback when you ask for it directly, by name. Nothing was changed.",
    Intent.UPDATE_QUOTA: "I plan a change of quota when you ask for it directly, with its values. Nothing was changed.",
    Intent.WORKSPACE_GUIDE: "I can't set up workspaces from this chat.",
}
READS = "read_applications"
RESTARTS_SHOWN = 3
SHOWS_STATE = frozenset({Intent.LOG_QUERY, Intent.ANOMALY_QUERY})
SHOWS_USAGE = frozenset({Intent.PERFORMANCE_ANALYSIS, Intent.HIGH_USAGE, Intent.OPTIMIZATION, Intent.FORECAST_QUERY})


def answer_later(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """What is not possible yet, then what can be shown instead."""
    words = _CANNOT.get(asked.intent, "I can't do that yet.")
    if not any(statement.text == words for statement in draft.statements):
        draft.say(words)
    if asked.intent in SHOWS_STATE:
        show_state(asked, facts, draft)
    elif asked.intent in SHOWS_USAGE:
        draft.gap()
        answer_usage(asked, facts, draft)
    elif asked.intent in (Intent.CHANGE_HISTORY, Intent.EVENT_QUERY):
        show_changes(asked, facts, draft)
    else:
        draft.suggest(STATUS)
    draft.fulfilled = False


def answer_high_usage(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The top consumers are told; why they use so much is not known."""
    if asked.parameters.limit:
        answer_usage(asked, facts, draft)
    else:
        answer_later(asked, facts, draft)


def show_state(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The reasons and events of what is not healthy among the applications that were asked about."""
    selected = applications_of(asked, facts)
    draft.examine(selected)
    draft.offer(actions_for(selected, facts))
    named = any(found.entity.kind in {"application", "pod"} for found in asked.targets)
    troubled = [application for application in selected if application.problems or application.trouble]
    shown = sorted(selected if named else troubled, key=severity)
    if not shown:
        noted = note_count(draft, facts, len(selected), "applications without a problem")
        draft.say(f"The state of the cluster shows no problem in {len(selected)} applications.", noted)
        return
    draft.say("What the state of the cluster says:")
    explained(facts, draft, shown)
    suggest_for_issues(draft, shown, facts, explained=True)
    if len(shown) <= 10:
        draft.shown += [application.id for application in shown]


def show_changes(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The latest actions, and of named applications the restarts of their pods and recent warnings."""
    answer_operations(asked, facts, draft)
    named = {found.entity.id for found in asked.targets if found.entity.kind == "application"}
    if READS not in facts.capabilities:
        return
    for application in [one for one in facts.applications or () if one.id in named][:RESTARTS_SHOWN]:
        draft.examine([application])
        noted = draft.evidence.note(
            KUBERNETES, f"pods of {subject_of(application)}", application.restarts,
            unit="container restarts", at=facts.freshness.as_of,
        )  # fmt: skip
        count = plural(application.restarts, "container restart")
        draft.say(f"- {name_of(application, facts)}: its present pods have had {count}", noted)
        warned(application, facts, draft)
