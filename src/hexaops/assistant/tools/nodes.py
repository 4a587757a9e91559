"""Nodes and their fields."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

NODES = Tool(
    name="nodes",
    description="How nodes are, what they have free, their versions and taints; where an application runs.",
    capabilities=(),
)
