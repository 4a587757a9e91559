"""Objects by their own names."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

NAMED = Tool(
    name="named",
    description="A Service, Ingress, claim, Job, autoscaler, ConfigMap or Secret by its own name: what it leads to.",
)
