"""What is unusual."""

from __future__ import annotations

from hexaops.assistant.intents.spec import USAGE, IntentSpec
from hexaops.assistant.tools.insights import INSIGHTS
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.ANOMALY_QUERY,
    description="What is unusual.",
    examples=("Is anything unusual?", "Any anomalies in web-app since yesterday?"),
    needs=USAGE,
    reader=INSIGHTS,
)
