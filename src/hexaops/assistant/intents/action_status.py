"""What became of a change."""

from __future__ import annotations

from hexaops.assistant.answers.operations import answer_operations
from hexaops.assistant.intents.spec import Choice, IntentSpec
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.ACTION_STATUS,
    description="How a change that was started is going, or what became of it.",
    examples=("How is the last change going?", "Did the restart of web-app work?"),
    answer=answer_operations,
    choice=Choice("how a change is going", "How is the last change going?"),
)
