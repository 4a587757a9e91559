"""Usage over a time."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

USAGE_HISTORY = Tool(
    name="usage_history",
    description="CPU and memory, now and over the time that a message names.",
)
