"""Small talk and help: what can be done here, for this caller, and nothing more."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT
from hexaops.assistant.answers.possible import EXECUTE, STATUS, actions_for
from hexaops.assistant.intents.askable import ABILITIES, CHANGES
from hexaops.assistant.intents.spec import Answerer, Choice, IntentSpec
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.text import markdown


def answer_help(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
    """What can be asked."""
    draft.say(f"In your {markdown(facts.workspace_name, NAME_LIMIT)} you can ask me:")
    tell_abilities(facts, draft)


def answer_greeting(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
    """Hello, and what can be asked."""
    workspace = markdown(facts.workspace_name, NAME_LIMIT)
    draft.say(f"Hello! I can tell you how your {workspace} is doing and plan changes to it.")
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


def _saying(words: str) -> Answerer:
    def answer(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
        draft.say(words)

    return answer


HELP = IntentSpec(
    intent=Intent.HELP,
    description="What can be asked.",
    examples=("What can you do?",),
    answer=answer_help,
    choice=Choice("what I can do", "What can you do?"),
)
GREETING = IntentSpec(
    intent=Intent.GREETING,
    description="Hello; other small talk.",
    examples=("Hello",),
    answer=answer_greeting,
)
THANKS = IntentSpec(
    intent=Intent.THANKS, description="Thanks.", examples=("Thank you",), answer=_saying("You're welcome.")
)
GOODBYE = IntentSpec(intent=Intent.GOODBYE, description="Goodbye.", examples=("Goodbye",), answer=_saying("Goodbye."))
