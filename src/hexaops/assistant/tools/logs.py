"""Logs."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

LOGS = Tool(
    name="logs",
    description="Lines that pods wrote, from the log store.",
    permission="read_logs",
    capabilities=("read_applications", "read_logs"),
)
