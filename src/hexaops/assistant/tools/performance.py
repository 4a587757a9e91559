"""Response times."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

PERFORMANCE = Tool(
    name="performance",
    description="How fast applications answer, and what they use.",
)
