"""Small talk and help: what can be done here, for this caller, and nothing more."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT
from hexaops.assistant.answers.possible import EXECUTE, actions_for
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.text import markdown

ABILITIES = (
    "- Status: “What's the status of my applications?”, “Is NAME running?”, “Which apps are failing?”",
    "- Pods and nodes: “Which pods are failing?”, “Are all nodes ready?”",
    "- Usage now: “CPU of NAME”, “Top 5 by memory”",
    "- Open problems: “Are there any alerts?”, “Why is NAME failing?”, “Errors in the logs of NAME”",
    "- Checks: “Run health checks”, “Can NAME reach NAME?”",
    "- Cost and sizes: “What does this workspace cost?”, “Where can I save money?”",
    "- How things are done: “How do I fix an ImagePullBackOff?”",
)
CHANGES = (
    "- Changes, as a plan that you confirm: “Restart NAME”, “Scale NAME to 5 replicas”, "
    "“Stop NAME”, “Alert me when memory of NAME is above 80 %”"
)
STATUS = Suggestion("status_query", "Show how all applications are doing", "What's the status of my applications?")


def answer_talk(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """Greeting, thanks, goodbye, help."""
    workspace = markdown(facts.workspace_name, NAME_LIMIT)
    match asked.intent:
        case Intent.GREETING:
            draft.say(f"Hello! I can tell you how your {workspace} is doing and plan changes to it.")
        case Intent.THANKS:
            draft.say("You're welcome.")
            return
        case Intent.GOODBYE:
            draft.say("Goodbye.")
            return
        case _:
            draft.say(f"In your {workspace} you can ask me:")
    tell_abilities(facts, draft)


def tell_abilities(facts: Facts, draft: Draft) -> None:
    """What to ask, and what this caller may have planned."""
    for line in ABILITIES:
        draft.say(line)
    if EXECUTE in facts.permissions:
        draft.say(CHANGES)
    else:
        draft.say(f"Your role here reads only: planning changes needs the permission {markdown(EXECUTE, NAME_LIMIT)}.")
    draft.offer(actions_for(facts.applications or (), facts))
    draft.suggest(STATUS)
