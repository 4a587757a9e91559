"""The shipped articles."""

from __future__ import annotations

from hexaops.assistant.tools.tool import Tool

ARTICLES = Tool(
    name="articles",
    description="The shipped article that says how something is done.",
    capabilities=(),
)
