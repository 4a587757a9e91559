"""What a question must not be for a reader to answer it by its words."""

from __future__ import annotations

from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding

REFUSED = 0.9
"""So sure is the understanding of a demand that is declined by rule: no further question is read in it."""
NOT_ASKED = frozenset({Mode.HOWTO, Mode.NEGATED, Mode.REQUEST})


def is_refused(asked: Understanding) -> bool:
    """Whether the message is surely out of scope."""
    return asked.intent is Intent.OUT_OF_SCOPE and asked.confidence >= REFUSED


def is_no_question(asked: Understanding) -> bool:
    """Whether something else is wanted than to know how things are: a change, a how-to, nothing."""
    return is_refused(asked) or asked.is_change_request or asked.wants_plan or asked.mode in NOT_ASKED
