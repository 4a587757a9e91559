"""The query classes, in our language and in the form that is fastest for VictoriaLogs.

LogsQL compares case unless `i()` is used, which scans without its filters; `("word" or "Word")` is its best case.
Words are looked for in messages alone here, so that both do the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2024, 1, 20, tzinfo=UTC)
DAY = (START, START + timedelta(days=1))
INCIDENT = (START + timedelta(hours=14), START + timedelta(hours=15))
LEVELS = ("error", "warning")
WORKSPACE = "ws-001"

PHRASES = (
    "connection timeout", "deadlock detected", "connection refused", "Slow query detected", "cannot update deployments",
    "restarting failed container", "handshake error", "no space left", "Readiness probe failed", "rolled back",
    "consumer lag high", "lease lost",
)  # fmt: skip
PAIRS = (
    ("error", "database", "connection"), ("error", "timeout", "refused"), ("failed", "payment", "order"),
    ("failed", "webhook", "email"), ("error", "kafka", "broker"), ("connection", "pool", "peer"),
    ("error", "upstream", "internal"), ("failed", "pod", "image"), ("slow", "query", "request"),
    ("retrying", "request", "database"), ("error", "redis", "mongo"), ("denied", "user", "vault"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One query in both languages."""

    name: str
    ours: str
    theirs: str
    range: tuple[datetime, datetime]
    limit: int
    filtered: bool
    """Only errors and warnings."""


def cases(traces: tuple[str, ...]) -> Iterator[Case]:
    """All of them, by class; `traces` are ids that occur."""
    for text in PHRASES:
        yield Case("Q1", f'message:"{text}"', f"({_forms(text)})", DAY, 100, False)
    for first, second, third in (PAIRS[0],) * 12:
        yield Case("Q2", _ours(first, second, third), _theirs(first, second, third), INCIDENT, 1000, True)
    for first, second, third in PAIRS:
        yield Case("Q3", _ours(first, second, third), _theirs(first, second, third), DAY, 1000, True)
    for trace in traces[:12]:
        yield Case("Q5", f"trace_id:{trace}", f'trace_id:="{trace}"', DAY, 1000, False)


def _ours(first: str, second: str, third: str) -> str:
    return f"message:({first} AND ({second} OR {third}))"


def _theirs(first: str, second: str, third: str) -> str:
    return f"({_forms(first)}) ({_forms(second)} or {_forms(third)})"


def _forms(text: str) -> str:
    spellings = dict.fromkeys((text, text[:1].upper() + text[1:], text[:1].lower() + text[1:]))
    return " or ".join(f'"{one}"' for one in spellings)
