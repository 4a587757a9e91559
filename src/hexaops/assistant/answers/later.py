"""What is understood but not done from the chat: said honestly, with what the cluster does say."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import note_count
from hexaops.assistant.answers.possible import actions_for, suggest_for_issues
from hexaops.assistant.answers.select import applications_of, severity
from hexaops.assistant.answers.status import explained
from hexaops.assistant.answers.talk import STATUS
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.text import plain

_CANNOT: dict[Intent, str] = {
    Intent.AUTOSCALING: "I plan autoscaling when you ask for it directly, with its bounds. Nothing was changed.",
    Intent.CONFIG_UPDATE: "I plan a configuration when you ask for it directly, with its values. Nothing was changed.",
    Intent.ROLLBACK_APPLICATION: "I plan a rollback when you ask for it directly, by name. Nothing was changed.",
    Intent.UPDATE_QUOTA: "I plan a change of quota when you ask for it directly, with its values. Nothing was changed.",
    Intent.DEPLOY_APPLICATION: (
        "I can't deploy applications that are not there yet: apply their manifests as you always do (kubectl, Helm, "
        "Argo CD). A new image of one that runs I can plan: “deploy IMAGE:TAG to NAME”."
    ),
    Intent.DELETE_APPLICATION: (
        "I can't delete applications: remove them where their manifests are kept (Git, Helm), or with kubectl. "
        "I can plan to stop one, which keeps it: “stop NAME”."
    ),
    Intent.NODE_MAINTENANCE: (
        "I can't drain or cordon nodes: `kubectl drain <node> --ignore-daemonsets` keeps to the disruption budgets. "
        "I can show what runs on the node first."
    ),
}


def answer_later(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
    """What is not possible from the chat, and what to do instead."""
    words = _CANNOT.get(asked.intent, "I can't do that from this chat.")
    if not any(statement.text == words for statement in draft.statements):
        draft.say(words)
    named = [found.entity for found in asked.targets]
    if asked.intent is Intent.NODE_MAINTENANCE and (node := next((one for one in named if one.kind == "node"), None)):
        name = plain(node.name, 100)
        draft.suggest(Suggestion("pod_status", f"Show what runs on {name}", f"Which pods run on {name}?"))
    elif asked.intent is Intent.DELETE_APPLICATION and named and named[0].kind == "application":
        name = plain(named[0].name, 100)
        draft.suggest(Suggestion("stop_application", f"Plan to stop {name}", f"stop {name}"))
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
