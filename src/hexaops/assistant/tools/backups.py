"""Backups."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

BACKUPS = Tool(
    name="backups",
    description="The newest complete backup of each application, and the plan that restores one.",
)
