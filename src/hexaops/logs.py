"""Structured log lines: JSON for machines, text for a terminal, the request's id in each.

Values that the service must never show (tokens, passwords, signing secrets) are handed to a `Redactor` when they are
made or read; it blots them out of every line, whoever writes it. Secrets of others are known by their form.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal, TextIO

import structlog

from hexaops.kit.redaction import redact_fields

SHORTEST_SECRET = 8
"""Shorter values would blot out ordinary words."""


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

    def __call__(self, _logger: Any, _method: str, event: Any) -> Any:
        """As the last step of structlog's chain, on the rendered line."""
        return self.redact(event) if isinstance(event, str) else event


def configure_logs(
    *, level: str, style: Literal["auto", "json", "text"], redactor: Redactor, stream: TextIO | None = None
) -> None:
    """Send every logger of this process through one chain; called once by `serve`."""
    output = stream or sys.stderr
    as_text = style == "text" or (style == "auto" and output.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_colour_twin,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if as_text else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, redactor],
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn.access", "httpx", "httpx2", "httpcore", "httpcore2", "aiosqlite", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _without_colour_twin(_logger: Any, _method: str, event: Any) -> Any:
    """Uvicorn says each of its lines a second time, with codes for a terminal's colours."""
    event.pop("color_message", None)
    return event


def _without_secrets(_logger: Any, _method: str, event: Any) -> Any:
    """By form, before the line is rendered: a secret of somebody else's that an error quotes."""
    return {name: value if name.startswith("_") else redact_fields(value, name) for name, value in event.items()}


def bind_log_context(**values: str) -> None:
    """Put these values into every further line of this request or run."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**values)
