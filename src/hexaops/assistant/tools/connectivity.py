"""Connections between applications."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

CONNECTIVITY = Tool(
    name="connectivity",
    description="Whether one application reaches another, by rules or by a planned probe pod.",
    seconds=60.0,
)
