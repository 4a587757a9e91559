"""What the caller may do, and who else may."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

RIGHTS = Tool(
    name="rights",
    description="Role and permissions of who asks, and the members of the workspace.",
    capabilities=(),
)
