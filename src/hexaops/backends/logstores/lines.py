"""One log line as every engine stores and returns it, and the names of levels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import msgspec

Metadata: TypeAlias = dict[str, Any]
"""JSON that whoever wrote the line made up."""
Level = Literal["debug", "info", "warning", "error", "unknown"]

MICROSECONDS = 1_000_000
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error", "unknown")
_ALIASES: Mapping[str, Level] = {
    "trace": "debug", "debug": "debug", "dbg": "debug", "d": "debug", "verbose": "debug", "fine": "debug",
    "info": "info", "information": "info", "informational": "info", "notice": "info", "i": "info", "log": "info",
    "warning": "warning", "warn": "warning", "w": "warning",
    "error": "error", "err": "error", "e": "error", "severe": "error", "eror": "error",
    "critical": "error", "crit": "error", "fatal": "error", "f": "error", "panic": "error", "dpanic": "error",
    "alert": "error", "emerg": "error", "emergency": "error", "unknown": "unknown",
}  # fmt: skip


class LogLine(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A stored line. Times are microseconds since 1970 in UTC."""

    time_us: int
    level: Level
    message: str
    component: str
    pod: str
    workspace_id: str
    trace_id: str | None = None
    metadata: Metadata = msgspec.field(default_factory=dict)

    @property
    def error_code(self) -> str:
        """`metadata.error_code` as text, "" when there is none."""
        code = self.metadata.get("error_code")
        return "" if code is None else str(code)


def find_level(name: str) -> Level | None:
    """The level that a name in whatever spelling means; None for a word that names none."""
    return _ALIASES.get(name) or _ALIASES.get(name.strip().lower())


def spellings(level: Level) -> tuple[str, ...]:
    """Every spelling of a level, in lower case."""
    return tuple(name for name, meant in _ALIASES.items() if meant == level)


@lru_cache(maxsize=4096)
def _minute_text(minutes: int) -> str:
    """Rows of an answer are of few minutes."""
    return datetime.fromtimestamp(minutes * 60, UTC).strftime("%Y-%m-%dT%H:%M:")


def time_text(time_us: int) -> str:
    """RFC 3339 in UTC with as many digits as are needed: none, 3 or 6."""
    seconds, fraction = divmod(time_us, MICROSECONDS)
    minutes, second = divmod(seconds, 60)
    whole = f"{_minute_text(minutes)}{second:02d}"
    if not fraction:
        return f"{whole}Z"
    return f"{whole}.{fraction // 1000:03d}Z" if fraction % 1000 == 0 else f"{whole}.{fraction:06d}Z"


def document(line: LogLine) -> dict[str, Any]:
    """The line as the API documents it."""
    return {
        "timestamp": time_text(line.time_us),
        "level": line.level,
        "message": line.message,
        "component": line.component,
        "pod": line.pod,
        "workspace_id": line.workspace_id,
        "trace_id": line.trace_id,
        "metadata": line.metadata,
    }
