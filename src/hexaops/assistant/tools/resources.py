"""Fields of what exists."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

RESOURCES = Tool(
    name="resources",
    description="Pods and their restarts; images, sizes and Services of applications.",
)
