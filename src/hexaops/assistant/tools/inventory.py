"""How many objects of a kind there are."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

INVENTORY = Tool(
    name="inventory",
    description="Deployments, StatefulSets, DaemonSets, volume claims, ConfigMaps and Secrets: how many, which, and "
    "what each requests.",
)
