"""Status codes of HTTP in questions: "500s", "5xx", "404 errors", "status 503"; "the last 500s" are seconds."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"(?<![\w.:/-])(?:(?P<group>[1-5])xx(?:es|s)?|(?P<plural>[1-5]\d\d)['\u2019]?s|"
    r"(?:http|status(?: codes?)?|codes?) (?P<after>[1-5]\d\d)|"
    r"(?P<before>[1-5]\d\d) (?:errors?|responses?|status(?:es)?|codes?|answers?|repl(?:y|ies))|"
    r"(?:an?|any|with|return(?:s|ed)?|gets?|got|gives?|gave) (?P<given>[45]\d\d)"
    r"(?! ?(?:%|[kmgt]i?b?\b|ms\b|requests?|lines?|times|replicas?|pods?)))(?![\w-])",
    re.IGNORECASE,
)
_OF_TIME = re.compile(r"\b(?:last|past|previous|in|for|every|within|over|after|than|of|until|since)\s*$", re.IGNORECASE)
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|please|hey|now|can you|could you) )*(?:how many|how often|which|what|any|are there|"
    r"is there|is|are|did|does|do|has|have|show|list|count|number|who|give|tell|get|find|[1-5](?:xx|\d\d))",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:alert|notify|warn|page|tell me (?:when|if)|let me know|rule|why|roll|restart|scale|revision|lines?)\b",
    re.IGNORECASE,
)


def code_in(text: str) -> str:
    """ "404", "5xx", or "" where no status is spoken of."""
    for found in _CODE.finditer(text):
        if found["plural"] and _OF_TIME.search(text[: found.start()]):
            continue
        return (
            f"{found['group']}xx"
            if found["group"]
            else found["plural"] or found["after"] or found["before"] or found["given"]
        )
    return ""


def asks_for_code(text: str) -> str:
    """The status that a question counts the answers with, or ""."""
    return code_in(text) if _ASKS.search(text) and not _ELSEWHERE.search(text) else ""
