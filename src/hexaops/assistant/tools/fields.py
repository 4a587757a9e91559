"""Single fields of pods and templates."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

FIELDS = Tool(
    name="fields",
    description="Addresses, owners, variables, probes, replicas, labels, ports and more of templates.",
    capabilities=("read_applications",),
)
