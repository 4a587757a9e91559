"""Dashboards."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

DASHBOARDS = Tool(
    name="dashboards",
    description="A Grafana dashboard of an application or of the workspace.",
    permission="read_metrics",
)
