"""Who uses the most."""

from __future__ import annotations

from hexaops.assistant.intents.spec import USAGE, IntentSpec, Need, Offered, Topic
from hexaops.assistant.tools.high_usage import HIGH_USAGE
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.HIGH_USAGE,
    description="Who uses the most, and why usage is high.",
    examples=("Which application uses the most CPU?", "Which node uses the most memory?"),
    needs=USAGE | {Need.NODE_USAGE},
    reader=HIGH_USAGE,
    offered=Offered(Topic.USAGE, ("Top 5 by memory",)),
)
