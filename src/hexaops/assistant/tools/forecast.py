"""Where things are heading."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

FORECAST = Tool(
    name="forecast",
    description="How full volumes are and when they will be full; trends of CPU and memory.",
    capabilities=("read_applications", "read_metrics"),
)
