"""Whether a change is safe."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

SAFETY = Tool(
    name="safety",
    description="Whether a restart, stop, scaling or drain would be safe now: what stays ready, and who depends on it.",
)
