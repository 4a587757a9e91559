"""CPU and memory, now and over a time."""

from __future__ import annotations

from hexaops.assistant.answers.usage import answer_usage
from hexaops.assistant.intents.spec import USAGE, Choice, IntentSpec, Need, Offered, Topic
from hexaops.assistant.tools.usage_history import USAGE_HISTORY
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.USAGE_QUERY,
    description="CPU or memory of one application, a node or all: now, and over the time that is named.",
    examples=("How much memory does web-app use?", "CPU of api-service over the last 6 hours"),
    needs=USAGE | {Need.NODE_USAGE},
    answer=answer_usage,
    reader=USAGE_HISTORY,
    offered=Offered(Topic.USAGE, ("CPU of NAME",)),
    choice=Choice("CPU and memory usage", "Show CPU and memory usage"),
)
