"""What belongs to applications."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

OBJECTS = Tool(
    name="objects",
    description="Autoscalers, quotas, disruption budgets, host names, volumes and endpoints.",
)
