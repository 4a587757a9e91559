"""What a program's own line says: JSON, logfmt, klog, or plain text with a word for its level.

Reads bounded prefixes with simple patterns only: lines are written by others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from hexaops.backends.logstores.lines import Level, Metadata, find_level

MESSAGE = ("message", "msg", "log", "event", "body")
LEVEL = ("level", "severity", "lvl", "loglevel", "log_level", "levelname", "log.level")
TRACE = ("trace_id", "traceId", "traceID", "trace", "trace.id", "otelTraceID")
TIME = ("timestamp", "time", "ts", "@timestamp")
"""Left out of the metadata: the container runtime's own time of the line is kept."""
LOOKED_AT = 200
_KLOG = re.compile(r"([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d{1,6} +\d+ ([^\s\]]{1,100})\] ?")
_KLOG_LEVELS: Mapping[str, Level] = {"I": "info", "W": "warning", "E": "error", "F": "error"}
_PAIR = re.compile(r'([A-Za-z_][\w.@-]{0,63})=(?:"((?:[^"\\]|\\.){0,4096})"|([^\s"]{0,4096}))(?=\s|$)')
_WORD = re.compile(
    r"(?<![A-Za-z0-9_/.-])(?:(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|CRIT|FATAL|PANIC|SEVERE|LOG)"
    r"|\[(trace|debug|info|notice|warn|warning|error|err|crit|critical|alert|emerg|fatal)\]"
    r"|(?:level|severity)=\"?(\w{1,12})"
    r"|(panic|fatal|error|warning)(?=: ))(?![A-Za-z0-9_])"
)
_STATUS = re.compile(r'" ([1-5])\d\d (?:\d+|-)(?: |$)')
"""Of an access log in the common format."""
_decoder = msgspec.json.Decoder(dict[str, Any])


class Parsed(Struct, frozen=True):
    """What was found; the message is the whole line where it has no structure."""

    message: str
    level: Level = "unknown"
    trace_id: str | None = None
    metadata: Metadata = field(default_factory=dict)


def parse_line(text: str) -> Parsed:
    """Read one line, or the first of several."""
    if text.startswith("{") and text.rstrip().endswith("}"):
        try:
            return _from_fields(_decoder.decode(text), text)
        except msgspec.MsgspecError:
            pass
    if klog := _KLOG.match(text):
        return Parsed(text[klog.end() :], _KLOG_LEVELS[klog[1]], metadata={"caller": klog[2]})
    if logfmt := _logfmt(text):
        return _from_fields(logfmt, text)
    return Parsed(text, _level_in(text[:LOOKED_AT]))


def _from_fields(fields: dict[str, Any], text: str) -> Parsed:
    message = _take(fields, MESSAGE)
    said = _take(fields, LEVEL)
    level = _numbered(said) if isinstance(said, int) else find_level(str(said)) if said is not None else None
    trace = _take(fields, TRACE)
    for name in TIME:
        fields.pop(name, None)
    shown = text if message is None else message if isinstance(message, str) else msgspec.json.encode(message).decode()
    return Parsed(shown, level or _level_in(shown[:LOOKED_AT]), None if trace is None else str(trace), fields)


def _numbered(level: int) -> Level | None:
    """Bunyan and pino count 10 (trace) to 60 (fatal)."""
    names: Mapping[int, Level] = {10: "debug", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "error"}
    return names.get(level)


def _logfmt(text: str) -> dict[str, Any] | None:
    """The pairs of a line that is made of nothing else and names a message or a level."""
    if "=" not in text[:LOOKED_AT]:
        return None
    found: dict[str, Any] = {}
    at = 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        if pair is None:
            return None
        found[pair[1]] = pair[2].replace('\\"', '"') if pair[2] is not None else pair[3]
        at = pair.end()
        while at < len(text) and text[at] == " ":
            at += 1
    return found if len(found) > 1 and any(name in found for name in (*MESSAGE, *LEVEL)) else None


def _level_in(text: str) -> Level:
    """By a word that programs write for it, else by the status of an access log, else unknown."""
    if word := _WORD.search(text):
        return find_level(next(filter(None, word.groups()))) or "unknown"
    if status := _STATUS.search(text):
        return "error" if status[1] == "5" else "warning" if status[1] == "4" else "info"
    return "unknown"


def _take(fields: dict[str, Any], names: Sequence[str]) -> Any:
    for name in names:
        if fields.get(name) not in {None, ""} if not isinstance(fields.get(name), dict | list) else True:
            return fields.pop(name)
    return None
