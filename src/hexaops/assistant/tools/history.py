"""What happened."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

HISTORY = Tool(
    name="history",
    description="Releases, scalings, warnings and actions on one timeline.",
)
