"""Alerts, read."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

ALERTS = Tool(
    name="alerts",
    description="What fires, which alert rules there are, and what the cluster itself reports.",
)
