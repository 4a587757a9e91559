"""Kinds of strings that the documents' examples use, and how each is recognised.

The extractor names the kind of an example by these patterns; the tests hold a live answer to the
same ones. A string of no kind is `plain`: any text.
"""

from __future__ import annotations

import re
from datetime import datetime

ID_PREFIXES = ("sess_", "msg_", "action_", "op-", "backup-", "inc-", "query-", "app-", "ws-")
"""Prefixes of the ids that the service itself gives; ids of users and accounts are the operator's own."""

_PATTERNS = {
    "duration": r"(?:\d+d)? ?(?:\d+h)? ?(?:\d+m)? ?(?:\d+s)?",
    "quantity": r"\d+(?:\.\d+)?(?:n|u|m|k|[KMGTPE]i?)?",
    "fraction": r"\d+/\d+",
    "word": r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*",
    "version": r"\d+\.\d+(?:\.\d+)?[\w.+-]*",
    "money": r"\$\d+(?:\.\d+)?/month",
    "seconds": r"\d+ seconds?",
    "rate_limit": r"\d+ requests per (?:second|minute|hour|day)",
    "scope": r"[a-z]+:[a-z]+",
    "id": r"\S+",
    "plain": r"(?s:.*)",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")

FORMATS = ("time", *_PATTERNS)


def is_format(text: str, name: str) -> bool:
    """Whether `text` is written as strings of that kind are."""
    if name == "time":
        return _is_time(text)
    return bool(text or name == "plain") and _COMPILED[name].fullmatch(text) is not None


def _is_time(text: str) -> bool:
    if _TIME.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def id_prefix(text: str) -> str | None:
    """The prefix of an id that the service gives, or None."""
    return next((prefix for prefix in ID_PREFIXES if text.startswith(prefix)), None)
