"""Alerts, changed."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

ALERT_CHANGES = Tool(
    name="alert_changes",
    description="Plans to create, acknowledge, silence or delete alerts.",
)
