"""How fast applications answer."""

from __future__ import annotations

from hexaops.assistant.intents.spec import USAGE, IntentSpec, Need
from hexaops.assistant.tools.performance import PERFORMANCE
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.PERFORMANCE_ANALYSIS,
    description="Slowness, latency, bottlenecks.",
    examples=("Is web-app slow?", "Which application answers slowest?"),
    needs=USAGE | {Need.NODE_USAGE},
    reader=PERFORMANCE,
)
