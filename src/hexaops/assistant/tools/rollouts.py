"""How rollouts are going."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

ROLLOUTS = Tool(
    name="rollouts", description="Whether a rollout is going on, and whether the last one of an application succeeded."
)
