"""Consequences."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

IMPACT = Tool(
    name="impact",
    description="What would happen if a node died or an application were restarted.",
)
