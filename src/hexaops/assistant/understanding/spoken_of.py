"""A request that becomes one that is only spoken of: told, put off, or taken back."""

from __future__ import annotations

from msgspec.structs import replace

from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent, Mode
from hexaops.assistant.understanding.model import Understanding


def limited(understanding: Understanding, mode: Mode) -> Understanding:
    """A change that is only spoken of, in this way; anything else as it is."""
    if understanding.intent not in CHANGE_INTENTS:
        return understanding
    return replace(understanding, intent=Intent.ACTION_QUESTION, mode=mode, about=understanding.intent)


def taken_back(understanding: Understanding) -> Understanding:
    """A change that must not be made; anything else as it is."""
    if understanding.intent not in CHANGE_INTENTS:
        return understanding
    return replace(understanding, intent=Intent.NO_ACTION, mode=Mode.NEGATED, negated=True, about=understanding.intent)


def not_now(understanding: Understanding) -> Understanding:
    """A cut message never asks for a change: its unread end may take the request back."""
    if understanding.intent not in CHANGE_INTENTS:
        return understanding
    return replace(
        understanding,
        intent=Intent.ACTION_QUESTION,
        mode=Mode.STATEMENT,
        about=understanding.intent,
        alternatives=((understanding.intent, 0.5),),
    )
