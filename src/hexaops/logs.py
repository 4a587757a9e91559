"""Structured log lines: JSON for machines, text for a terminal, the request's id in each.

Values that the service must never show (tokens, passwords, signing secrets) are handed to a `Redactor` when they are
made or read; it blots them out of every line, whoever writes it. Secrets of others are known by their form.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from hexaops.kit.redaction import redact_fields

Render = Callable[[dict[str, Any]], str]

SHORTEST_SECRET = 8
"""Shorter values would blot out ordinary words."""
_OWN_FIELDS = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "color_message"})
"""What is of the record itself. Uvicorn says each of its lines a second time, with codes for a terminal's colours."""
_context: ContextVar[dict[str, str] | None] = ContextVar("hexaops_log_context", default=None)


class Redactor:
    """Replaces the exact values of known secrets."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def add(self, *secrets: str | None) -> None:
        """Remember values that no line may hold."""
        self._secrets.update(secret for secret in secrets if secret and len(secret) >= SHORTEST_SECRET)

    def redact(self, text: str) -> str:
        """The text without the known secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, "[redacted]")
        return text


class LineFormatter(logging.Formatter):
    """A record as its fields and the request's, without secrets, on one line."""

    def __init__(self, render: Render, redactor: Redactor) -> None:
        super().__init__()
        self._render = render
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return self._redactor.redact(self._render(_without_secrets(self._fields(record))))

    def _fields(self, record: logging.LogRecord) -> dict[str, Any]:
        fields: dict[str, Any] = {"event": record.getMessage(), **(_context.get() or {})}
        fields.update(level=record.levelname.lower(), logger=record.name)
        fields.update((name, value) for name, value in vars(record).items() if name not in _OWN_FIELDS)
        fields["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        if record.stack_info:
            fields["stack_info"] = record.stack_info
        if record.exc_info and record.exc_info[0]:
            fields["exception"] = self.formatException(record.exc_info)
        return fields


def configure_logs(
    *, level: str, style: Literal["auto", "json", "text"], redactor: Redactor, stream: TextIO | None = None
) -> None:
    """Send every logger of this process through one formatter; called once by `serve`."""
    output = stream or sys.stderr
    as_text = style == "text" or (style == "auto" and output.isatty())
    handler = logging.StreamHandler(output)
    handler.setFormatter(LineFormatter(_text_renderer() if as_text else _as_json, redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn.access", "httpx", "httpx2", "httpcore", "httpcore2", "aiosqlite", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _as_json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, default=repr)


def _text_renderer() -> Render:
    """For a terminal."""
    from structlog.dev import ConsoleRenderer  # noqa: PLC0415 # imports rich and Pygments: 4 MB that few services show

    renderer = ConsoleRenderer()
    return lambda fields: str(renderer(None, fields["level"], fields))


def _without_secrets(fields: dict[str, Any]) -> dict[str, Any]:
    """By form, before the line is rendered: a secret of somebody else's that an error quotes."""
    return {name: value if name.startswith("_") else redact_fields(value, name) for name, value in fields.items()}


def bind_log_context(**values: str) -> None:
    """Put these values into every further line of this request or run."""
    _context.set(values)
