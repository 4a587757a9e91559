"""The whole workspace in short."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

SUMMARY = Tool(
    name="summary",
    description="State, causes, cost and what was done, for somebody who does not run it.",
)
