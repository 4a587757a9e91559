"""What the state of the cluster says of applications: the reasons and events of what is not healthy."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import note_count
from hexaops.assistant.answers.possible import actions_for, suggest_for_issues
from hexaops.assistant.answers.select import applications_of, severity
from hexaops.assistant.answers.status import explained
from hexaops.assistant.understanding.model import Understanding


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
