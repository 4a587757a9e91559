"""A model's Markdown made fit to be shown: emphasis, lists, tables and code stay; nothing that loads, links or hides.

The text is as untrusted as a log line: a model that obeys what it reads repeats what an attacker wrote there.
"""

from __future__ import annotations

import re

from hexaops.kit.text import plain

LONGEST_TEXT = 6_000
LONGEST_LINE = 2_000
_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]*)\]\s?(?:\([^)\n]*\)|\[[^\]\n]*\])")
_REFERENCE = re.compile(r"^\s*\[[^\]\n]*\]:.*$")
_SCHEME = re.compile(
    r"(?i)\b(?:https?|ftp|mailto|javascript|vbscript|wss?)\s?:\s?(?://)?\S*|\b(?:data|file):(?://)?\S+|\bwww\s?\.\S+"
)
_BARE_ADDRESS = re.compile(r"(?i)\b[\w.+-]+\s?@[\w-]+\.[\w.-]+\b")
"""Also with the space that breaks an address in the engine's own quotes: a model may put them together again."""
_ACTIVE = re.compile(r"[<>&\[\]]")
REMOVED = "(address removed)"


def safe_markdown(text: str) -> str:
    """The text, capped, line by line: secrets redacted, no HTML, image, link, address or invisible character."""
    return "\n".join(_safe_line(line) for line in text[:LONGEST_TEXT].splitlines()).strip()


def _safe_line(line: str) -> str:
    if _REFERENCE.match(line):
        return ""
    indent = len(line) - len(line.lstrip(" "))
    shown = plain(line, LONGEST_LINE)
    shown = _IMAGE_OR_LINK.sub(r"\1", shown)
    shown = _BARE_ADDRESS.sub(REMOVED, _SCHEME.sub(REMOVED, shown))
    return " " * min(indent, 8) + _ACTIVE.sub(lambda found: "\\" + found[0], shown)
