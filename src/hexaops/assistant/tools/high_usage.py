"""The greatest users."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

HIGH_USAGE = Tool(
    name="high_usage",
    description="Who uses the most: applications, or nodes where nodes are asked for.",
)
