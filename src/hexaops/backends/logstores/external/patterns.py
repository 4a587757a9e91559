"""Words as regular expressions (RE2), for engines whose own words are cut differently from ours."""

from __future__ import annotations

import re
from collections.abc import Sequence

EDGE = r"[^\pL\pN]"
"""What separates words: everything but letters and digits, in the syntax of RE2."""
_SIGNS = re.compile(r"([\\.+*?()|\[\]{}^$])")


def words_pattern(words: Sequence[str], *, prefix: bool) -> str:
    """Consecutive whole words anywhere in a text, whatever their case."""
    inner = f"{EDGE}+".join(escaped(word) for word in words)
    end = "" if prefix else f"(?:{EDGE}|$)"
    return f"(?i)(?:^|{EDGE}){inner}{end}"


def escaped(text: str) -> str:
    """A text that stands for itself."""
    return _SIGNS.sub(r"\\\1", text)
