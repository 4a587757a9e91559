"""Assessments."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

INSIGHTS = Tool(
    name="insights",
    description="Cost, savings, security, anomalies and sizes, from one assessment of the workspace.",
    permission="generate_insights",
)
