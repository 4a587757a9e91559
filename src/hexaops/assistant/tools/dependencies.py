"""Dependencies between applications."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

DEPENDENCIES = Tool(
    name="dependencies",
    description="Who depends on an application, and what it depends on.",
)
