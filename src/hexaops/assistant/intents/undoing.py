"""Changes that are taken back: calls of their own."""

from __future__ import annotations

from hexaops.assistant.answers.operations import answer_undo
from hexaops.assistant.intents.spec import IntentSpec
from hexaops.assistant.understanding.intents import Intent

CANCEL = IntentSpec(
    intent=Intent.CANCEL_ACTION,
    description="Cancel a change that is running.",
    examples=("Cancel the restart",),
    answer=answer_undo,
)
UNDO = IntentSpec(
    intent=Intent.ROLLBACK_ACTION,
    description="Undo a change that was made here.",
    examples=("Undo the last change",),
    answer=answer_undo,
)
