"""Picks the answer for what was understood. Changes are not here: they need a plan, which the chat feature asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hexaops.analysis.applications.freshness import Freshness
from hexaops.assistant.answers import unsure
from hexaops.assistant.answers.alerts import answer_alerts
from hexaops.assistant.answers.causes import answer_causes
from hexaops.assistant.answers.changes import answer_about_change
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.later import answer_later
from hexaops.assistant.answers.lines import TEXT_LIMIT, listing
from hexaops.assistant.answers.nodes import answer_nodes
from hexaops.assistant.answers.operations import answer_operations, answer_undo
from hexaops.assistant.answers.pods import answer_pods
from hexaops.assistant.answers.status import answer_status
from hexaops.assistant.answers.talk import answer_talk
from hexaops.assistant.answers.usage import answer_usage
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.understanding.intents import LATER_INTENTS, Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.durations import format_time
from hexaops.kit.text import markdown

Answerer = Callable[[Understanding, Facts, Draft], None]

ANSWERS: Mapping[Intent, Answerer] = {
    Intent.STATUS_QUERY: answer_status,
    Intent.USAGE_QUERY: answer_usage,
    Intent.POD_STATUS: answer_pods,
    Intent.NODE_STATUS: answer_nodes,
    Intent.ALERT_QUERY: answer_alerts,
    Intent.ACTION_STATUS: answer_operations,
    Intent.CANCEL_ACTION: answer_undo,
    Intent.ROLLBACK_ACTION: answer_undo,
    Intent.ACTION_QUESTION: answer_about_change,
    Intent.NO_ACTION: answer_about_change,
    Intent.DENY: answer_about_change,
    Intent.HELP: answer_talk,
    Intent.GREETING: answer_talk,
    Intent.THANKS: answer_talk,
    Intent.GOODBYE: answer_talk,
    Intent.OUT_OF_SCOPE: unsure.answer_unclear,
    Intent.UNCLEAR: unsure.answer_unclear,
    **dict.fromkeys(LATER_INTENTS, answer_later),
    Intent.LIST_RESOURCES: answer_status,
    Intent.DIAGNOSE: answer_causes,
    Intent.ROOT_CAUSE: answer_causes,
}
"""Answers of everything that is not a request for a change."""
NEEDS_APPLICATIONS = frozenset(
    {
        Intent.STATUS_QUERY,
        Intent.USAGE_QUERY,
        Intent.POD_STATUS,
        Intent.ALERT_QUERY,
        Intent.DIAGNOSE,
        Intent.CHANGE_HISTORY,
        Intent.EVENT_QUERY,
        Intent.SECURITY_QUERY,
        Intent.COST_ANALYSIS,
        Intent.COST_BREAKDOWN,
        Intent.COST_OPTIMIZATION,
        Intent.BACKUP,
        Intent.LOG_QUERY,
        Intent.ANOMALY_QUERY,
        Intent.PERFORMANCE_ANALYSIS,
        Intent.HIGH_USAGE,
        Intent.ROOT_CAUSE,
        Intent.OPTIMIZATION,
        Intent.FORECAST_QUERY,
        Intent.RESTART_APPLICATION,
        Intent.RESTART_FAILING,
        Intent.SCALE_APPLICATION,
        Intent.START_APPLICATION,
        Intent.STOP_APPLICATION,
        Intent.ALERT_CREATE,
        Intent.ALERT_ACKNOWLEDGE,
        Intent.DASHBOARD_CREATE,
        Intent.CONNECTIVITY,
        Intent.DIAGNOSTICS,
    }
)
NAMES_OTHERS = frozenset({Intent.ALERT_CREATE, Intent.ALERT_ACKNOWLEDGE, Intent.CONNECTIVITY, Intent.ALERT_QUERY})
"""Intents whose names may be of something else than an application: an alert, a rule, a Service, a value."""
READS = "read_applications"


def hindered(asked: Understanding, facts: Facts, draft: Draft) -> bool:
    """Whether the question cannot be taken further: not allowed, not read, not clear. Then the draft says why."""
    if asked.intent in NEEDS_APPLICATIONS:
        if READS not in facts.capabilities:
            draft.fulfilled = False
            draft.say("I can't tell: this message may not read applications (capability read_applications).")
            return True
        if facts.applications is None:
            tell_unread(facts.freshness, draft)
            return True
    if asked.ambiguous:
        unsure.ask_which(asked, draft)
        return True
    if asked.intent in NAMES_OTHERS:
        return False
    if asked.unknown_names and not (asked.targets and not asked.is_change_request):
        unsure.tell_unknown(asked, draft)
        return True
    return False


def compose(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """Answer one part of a message that asks for no change."""
    draft.taken.append(asked.intent.value)
    if hindered(asked, facts, draft):
        return
    if asked.intent in NEEDS_APPLICATIONS:
        tell_freshness(facts.freshness, draft)
    elif asked.intent is Intent.NODE_STATUS and facts.node_freshness is not None and facts.node_freshness.stale:
        tell_freshness(facts.node_freshness, draft)
    ANSWERS[asked.intent](asked, facts, draft)


def tell_freshness(freshness: Freshness, draft: Draft) -> None:
    """Say first when what follows is old or incomplete."""
    if freshness.stale:
        as_of = format_time(freshness.as_of) if freshness.as_of else "an unknown time"
        why = markdown(next(iter(freshness.stale.values())), TEXT_LIMIT)
        noted = draft.evidence.note(
            KUBERNETES, f"watches of {', '.join(freshness.stale)}", "interrupted", unit="state", at=freshness.as_of
        )
        draft.say(f"⚠️ The cluster cannot be read right now ({why}). What follows is as of {as_of}.", noted)
        draft.gap()
    for kind, why in freshness.missing.items():
        noted = draft.evidence.note(KUBERNETES, f"list {kind}", "not available", unit="state", at=freshness.as_of)
        reason = markdown(why, TEXT_LIMIT)
        draft.say(f"⚠️ I can't read objects of kind {kind} here ({reason}): the rest is told without them.", noted)
    if freshness.missing:
        draft.gap()


def tell_unread(freshness: Freshness, draft: Draft) -> None:
    """Nothing was read from the cluster since the start."""
    draft.fulfilled = False
    kinds = listing([*freshness.unread], limit=20) if freshness.unread else "its objects"
    why = f"; {markdown(freshness.problem, TEXT_LIMIT)}" if freshness.problem else ""
    draft.say(f"I can't tell: the cluster has not been read yet (missing: {kinds}{why}).")
