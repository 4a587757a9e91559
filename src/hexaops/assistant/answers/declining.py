"""What is not done from the chat, said with what can be done instead."""

from __future__ import annotations

from collections.abc import Callable

from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing
from hexaops.assistant.answers.possible import STATUS
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.text import markdown


def declined(words: str) -> Callable[[Understanding, Facts, Draft], None]:
    """An answer that says only this, and suggests a look at the status."""

    def answer(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
        decline(words, STATUS, draft)

    return answer


def told_how(what: str, *sentences: str) -> Callable[[Understanding, Facts, Draft], None]:
    """An answer that says with which sentences a change is planned; NAME is the application that was named."""

    def answer(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
        named = next((found.entity.name for found in asked.targets if found.entity.kind == "application"), "NAME")
        shown = [f"“{sentence.replace('NAME', markdown(named, NAME_LIMIT))}”" for sentence in sentences]
        draft.say(f"To {what}, say {listing(shown, last='or')}: the answer is a plan that you confirm.")
        draft.say("Nothing has been changed.")
        draft.suggest(STATUS)
        draft.fulfilled = asked.mode is Mode.HOWTO

    return answer


def decline(words: str, instead: Suggestion, draft: Draft) -> None:
    """Say why not, once in an answer, and suggest something else."""
    if not any(statement.text == words for statement in draft.statements):
        draft.say(words)
    draft.suggest(instead)
    draft.fulfilled = False
