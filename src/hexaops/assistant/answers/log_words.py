"""What a question for logs says besides names and levels: since when, what has to be in a line, what is left out."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from hexaops.backends.logstores.query.tree import And, Node, Not, Or, Text
from hexaops.backends.logstores.words import words_of

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SINCE = re.compile(
    r"\b(?:since|from|after)\s+(?:(?:this|last|the)\s+)?"
    rf"(?P<word>morning|midnight|noon|yesterday|night|{'|'.join(_DAYS)})\b"
    r"|\bsince\s+(?:(?:today|this morning)\s+)?(?:at\s+)?"
    r"(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap]m)?(?:\s?(?:o'?clock|utc))?"
    r"(?!\s*(?:s|m|h|d|sec\w*|min\w*|hours?|days?|weeks?|months?|years?)\b)(?=[\s,.;?!]|$)",
    re.IGNORECASE,
)
_MORNING, _NIGHT = 6, 18
"""Hours at which "this morning" and "last night" begin."""
RELEASE = re.compile(
    r"\b(?:since|after|from)\s+(?:the|its|our|their|that|this|my)?\s*(?:last|latest|newest|new|recent)?\s*"
    r"(?:deploy(?:ment)?|release|roll-?out|version|update|upgrade)\b",
    re.IGNORECASE,
)
"""A time that the cluster knows."""
_LEFT_OUT = re.compile(
    r"\b(?:without|excluding|except(?:\s+for)?|ignoring|leaving\s+out|leave\s+out|not\s+counting|other\s+than|but\s+not|but\s+no|minus)\s+"
    r"(?:all\s+|any\s+)?(?:the\s+|those\s+|these\s+)?(?P<what>[^,.;?!]{2,60})",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”]([^\"“”]{2,80})[\"“”]|(?<!\w)'([^']{2,80})'(?!\w)")
_SEARCHED = re.compile(
    r"^\W*(?:please |can you |could you )?(?:grep|search|look|find|scan)(?: (?:through|in|the|all|my|our)){0,3}"
    r"(?: logs?)?(?: for)? "
    r"(?:the (?:word|string|text) )?(?P<what>[\w./-]{2,60}) (?:in|within|from|through|across)\b.*\blogs?\b|"
    r"\b(?:grep|search)(?: (?:through|in|the|all|my|our)){0,3} logs?(?: of [\w./-]+)? for (?P<after>[\w./-]{2,60})",
    re.IGNORECASE,
)
""" "grep timeout in the logs", "search the logs for timeout"."""
_KINDS = frozenset(
    {"error", "errors", "warning", "warnings", "exceptions", "exception", "log", "logs", "lines", "anything"}
)
_MENTIONED = re.compile(
    r"\b(?:containing|contain|contains|mentioning|mention|mentions|matching|that\s+says?|saying)\s+(?:the\s+word\s+)?"
    r"(?P<what>[\w./-]{2,60})",
    re.IGNORECASE,
)
_NOUNS = frozenset(
    {"lines", "line", "logs", "log", "messages", "message", "ones", "noise", "entries", "entry", "stuff"}
)
_ENDS = frozenset({"and", "or", "in", "of", "for", "since", "from", "please", "during", "over", "by", "on"})
_PLURAL = re.compile(r"(?<=\w{3})(?:ies|s)$")
_HEALTH = re.compile(r"\b(?:health|healthz|liveness|readiness|probes?)\b", re.IGNORECASE)
_OF_HEALTH: tuple[Node, ...] = (
    Text(("health",), prefix=True), Text(("livez",)), Text(("readyz",)), Text(("liveness",)), Text(("readiness",)),
    Text(("kube", "probe")),
)  # fmt: skip
"""How a line that answers a health check names itself."""

TRACES = re.compile(r"\b(?:stack ?traces?|back ?traces?|tracebacks?)\b", re.IGNORECASE)
_OF_TRACES: tuple[Node, ...] = (
    Text(("traceback",)), Text(("stacktrace",)), Text(("stack", "trace")), Text(("backtrace",)), Text(("goroutine",)),
    Text(("exception",)), Text(("caused", "by")),
)  # fmt: skip
"""How programs of the common languages begin them."""


def spoken_since(message: str, now: datetime) -> datetime | None:
    """Since when lines are asked for ("since this morning", "since monday", "since 14:30"), in the zone of `now`."""
    found = _SINCE.search(message)
    if found is None:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if found["hour"] is not None:
        return _at_clock(found, midnight, now)
    word = found["word"].lower()
    if word in _DAYS:
        return midnight - timedelta(days=(midnight.weekday() - _DAYS.index(word)) % 7 or 7)
    start = {
        "morning": midnight + timedelta(hours=_MORNING), "noon": midnight + timedelta(hours=12), "midnight": midnight,
        "night": midnight - timedelta(hours=24 - _NIGHT), "yesterday": midnight - timedelta(days=1),
    }[word]  # fmt: skip
    return start if start < now else start - timedelta(days=1)


def _at_clock(found: re.Match[str], midnight: datetime, now: datetime) -> datetime | None:
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    start = midnight + timedelta(hours=hour, minutes=int(found["minute"] or 0))
    return start if start < now else start - timedelta(days=1)


def left_out(message: str) -> tuple[str, ...]:
    """What the lines shall not be about: "without the health checks"."""
    return tuple(what for found in _LEFT_OUT.finditer(message) if (what := _noun(found["what"])))


def required(message: str) -> tuple[str, ...]:
    """Words that a line has to have: what is quoted, or "mentioning timeout"."""
    quoted = [one or other for one, other in _QUOTED.findall(message)]
    named = tuple(found["what"] for found in _MENTIONED.finditer(message))
    searched = (found["what"] or found["after"] for found in _SEARCHED.finditer(message))
    return tuple(quoted) or named or tuple(word for word in searched if word.lower() not in _KINDS)


def expression_of(needs: tuple[str, ...], without: tuple[str, ...], *, traces: bool = False) -> Node | None:
    """The query: each phrase that is needed, none of what is left out."""
    parts: list[Node] = [Text(words) for text in needs if (words := words_of(text))]
    parts += [Or(_OF_TRACES)] if traces else []
    parts += [Not(_about(text)) for text in without if words_of(text)]
    return None if not parts else parts[0] if len(parts) == 1 else And(tuple(parts))


def _about(text: str) -> Node:
    if _HEALTH.search(text):
        return Or(_OF_HEALTH)
    nodes: tuple[Node, ...] = tuple(Text((_PLURAL.sub("", word),), prefix=True) for word in words_of(text))
    return nodes[0] if len(nodes) == 1 else And(nodes)


def _noun(text: str) -> str:
    words: list[str] = []
    for word in text.split():
        if word.lower() in _ENDS:
            break
        words.append(word)
    while words and words[-1].lower() in _NOUNS:
        words.pop()
    return " ".join(words[:4])
