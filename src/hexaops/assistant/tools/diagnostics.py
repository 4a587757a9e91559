"""Health checks and bundles."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

DIAGNOSTICS = Tool(
    name="diagnostics",
    description="Health checks at once; a diagnostic bundle as a plan.",
    seconds=60.0,
)
