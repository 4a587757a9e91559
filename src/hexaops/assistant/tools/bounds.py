"""What is above or below a number."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

BOUNDS = Tool(
    name="bounds",
    description="Applications, pods or nodes by a bound on use, restarts, replicas, cost, latency, errors or age.",
)
