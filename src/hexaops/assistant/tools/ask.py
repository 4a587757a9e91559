"""The whole engine, as a language model may ask it."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

ASK = Tool(
    name="ask",
    description="Ask the platform one short question about the workspace's applications.",
    capabilities=(),
)
