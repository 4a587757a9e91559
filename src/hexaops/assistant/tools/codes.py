"""HTTP answers by their status."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

CODES = Tool(
    name="codes",
    description="How many requests were answered with a status such as 404 or 5xx, from metrics and access logs.",
)
