"""Room for further pods."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

ROOM = Tool(
    name="room",
    description="Whether further pods fit, by their requests, what nodes have left, and the quota of the project.",
)
