"""What is about nothing here, in another language, or an unsure guess: asked back or said, never guessed."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import listing
from hexaops.assistant.intents.askable import ASKABLE
from hexaops.assistant.intents.spec import Choice, IntentSpec
from hexaops.assistant.intents.talk import HELP, tell_abilities
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import PendingQuestion, Understanding

CHOICES: dict[Intent, Choice] = {spec.intent: spec.choice for spec in (*ASKABLE, HELP) if spec.choice is not None}


def answer_unclear(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The likely meanings to choose from; without any, what can be asked."""
    draft.fulfilled = False
    likely = [intent for intent, _ in asked.alternatives if intent in CHOICES][:3]
    if asked.language == "other":
        draft.say("I can't tell what you mean: I understand English only.")
        tell_abilities(facts, draft)
    elif asked.intent is Intent.OUT_OF_SCOPE:
        draft.say("I can't tell: I only know about this workspace and what runs in it.")
        tell_abilities(facts, draft)
    elif likely:
        _ask_which_intent(asked, likely, draft)
    else:
        draft.say("I can't tell what you mean.")
        tell_abilities(facts, draft)


def _ask_which_intent(asked: Understanding, likely: list[Intent], draft: Draft) -> None:
    choices = [CHOICES[intent] for intent in likely]
    draft.say(f"I can't tell for sure what you mean. Did you mean {listing([c.words for c in choices], last='or')}?")
    for intent, choice in zip(likely, choices, strict=True):
        words = choice.words if choice.words.startswith("a plan") else f"Show {choice.words}"
        draft.suggest(Suggestion(intent.value, words, choice.message))
    options = tuple(intent.value for intent in likely)
    draft.pending = PendingQuestion("choose_intent", asked.intent.value, options, parameters=asked.parameters)


OUT_OF_SCOPE = IntentSpec(
    intent=Intent.OUT_OF_SCOPE,
    description="Nothing about the platform.",
    examples=("What's the weather?",),
    answer=answer_unclear,
)
UNCLEAR = IntentSpec(
    intent=Intent.UNCLEAR,
    description="May be about the platform, but not sure what: see `alternatives`.",
    examples=("...",),
    answer=answer_unclear,
)
