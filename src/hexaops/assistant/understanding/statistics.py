"""Which figure of requests a question asks for: "p99", "median response time", "error rate"; "" where none is said."""

from __future__ import annotations

import re

_QUANTILE = re.compile(
    r"\bp ?(?P<p>50|75|90|95|99|999|99\.9)s?\b|\b(?P<nth>50|75|90|95|99)th percentiles?\b", re.IGNORECASE
)
_OTHERS = (
    ("p50", re.compile(r"\bmedians?\b", re.IGNORECASE)),
    ("average", re.compile(r"\b(?:averages?|avg|mean)\b", re.IGNORECASE)),
    ("maximum", re.compile(r"\b(?:max(?:imum)?|worst[- ]case|longest|peak)\b", re.IGNORECASE)),
    ("minimum", re.compile(r"\b(?:min(?:imum)?|best[- ]case|shortest)\b", re.IGNORECASE)),
)
_RATES = (
    (
        "error_rate",
        re.compile(r"\berror rates?\b|\bfail\w* (?:rates?|requests?)\b|\berrors? (?:percent|%)", re.IGNORECASE),
    ),
    (
        "request_rate",
        re.compile(
            r"\brequest rates?\b|\brequests (?:per|a) (?:second|minute)\b|\brps\b|\bqps\b|\bthroughput\b|\btraffic\b|"
            r"\bhow many requests\b",
            re.IGNORECASE,
        ),
    ),
)


def statistic_of(text: str) -> str:
    """ "p99", "average", "maximum", "minimum", "error_rate", "request_rate" or ""; what was said last counts."""
    found = [(one.start(), f"p{one['p'] or one['nth']}") for one in _QUANTILE.finditer(text)]
    found += [(one.start(), name) for name, words in _RATES for one in words.finditer(text)]
    if not found:
        found = [(one.start(), name) for name, words in _OTHERS for one in words.finditer(text)]
    return max(found)[1] if found else ""
