"""Requests to narrow what was shown, as the shorter words for the same: "restrict that to kafka" is "only kafka".

What is narrowed must be a pronoun, and nothing may be counted: "limit cart to 3" and "limit it to 2 replicas" change
something.
"""

from __future__ import annotations

import re

_TO = re.compile(
    r"(?:please |pls |now |ok(?:ay)?,? |and |can you |could you |would you ){0,3}"
    r"(?:narrow|restrict|limit|reduce|filter|cut) (?:that|it|this|those|these|them|the list|the view)(?: down)?"
    r" (?:to|by|for)(?: (?:just|only))? (?P<rest>[^\d]{2,80}|[a-z][\w.-]{1,60})",
    re.IGNORECASE,
)
_LOOK = re.compile(
    r"(?:ok(?:ay)?,? |and |now ){0,2}(?:let['’]?s|let us) (?:look at|focus on|zoom in on|see|stick to)"
    r"(?: (?:just|only))? (?P<rest>[\w.-]{2,60}|the [\w.-]{2,60} (?:project|namespace))"
    r"(?: for (?:a (?:moment|second|bit)|now))?(?:,? (?:the )?same (?:question|thing|again))?",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"(?P<rest>(?:and|what about|how about|just|only) [\w .-]{2,80}) (?:on its own|by itself|alone|separately)",
    re.IGNORECASE,
)


def narrowed(text: str) -> str:
    """The text in shorter words; unchanged where it narrows nothing."""
    said = text.strip().rstrip("?.! ")
    for form, led in ((_TO, "only "), (_LOOK, "only "), (_ALONE, "")):
        if (found := form.fullmatch(said)) is not None:
            return led + found["rest"]
    return text
