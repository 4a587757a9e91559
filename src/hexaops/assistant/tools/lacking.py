"""What applications lack."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

LACKING = Tool(
    name="lacking",
    description="Applications without a network policy, an autoscaler, a disruption budget, a Service, an Ingress or "
    "a volume, and projects without a quota.",
)
