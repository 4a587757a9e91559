"""What is understood but not done from the chat: said honestly, with what the cluster does say."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import note_count
from hexaops.assistant.answers.possible import actions_for, suggest_for_issues
from hexaops.assistant.answers.select import applications_of, severity
from hexaops.assistant.answers.status import explained
from hexaops.assistant.answers.talk import STATUS
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding

_CANNOT: dict[Intent, str] = {
    Intent.ALERT_CREATE: "I can't create alerts from this chat.",
    Intent.ALERT_ACKNOWLEDGE: "I can't acknowledge alerts from this chat.",
    Intent.DASHBOARD_CREATE: "I can't make dashboards from this chat.",
    Intent.AUTOSCALING: "I plan autoscaling when you ask for it directly, with its bounds. Nothing was changed.",
    Intent.CONFIG_UPDATE: "I plan a configuration when you ask for it directly, with its values. Nothing was changed.",
    Intent.DEPLOY_APPLICATION: "I can't deploy applications.",
    Intent.DELETE_APPLICATION: "I can't delete applications.",
    Intent.NODE_MAINTENANCE: "I can't drain or cordon nodes.",
    Intent.CONNECTIVITY: "I can't test connections from this chat.",
    Intent.DIAGNOSTICS: "I can't collect diagnostics from this chat.",
    Intent.ROLLBACK_APPLICATION: "I plan a rollback when you ask for it directly, by name. Nothing was changed.",
    Intent.UPDATE_QUOTA: "I plan a change of quota when you ask for it directly, with its values. Nothing was changed.",
}
SHOWS_STATE = frozenset({Intent.CONNECTIVITY, Intent.DIAGNOSTICS})


def answer_later(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """What is not possible from the chat, then what can be shown instead."""
    words = _CANNOT.get(asked.intent, "I can't do that from this chat.")
    if not any(statement.text == words for statement in draft.statements):
        draft.say(words)
    if asked.intent in SHOWS_STATE:
        show_state(asked, facts, draft)
    else:
        draft.suggest(STATUS)
    draft.fulfilled = False


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
