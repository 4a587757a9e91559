"""Where things are heading."""

from __future__ import annotations

from hexaops.assistant.intents.spec import USAGE, IntentSpec
from hexaops.assistant.tools.forecast import FORECAST
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.FORECAST_QUERY,
    description="Trends; when something runs out.",
    examples=("When will the disk be full?", "Will web-app run out of memory?"),
    needs=USAGE,
    reader=FORECAST,
)
