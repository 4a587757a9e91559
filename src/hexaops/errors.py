"""The base of all expected errors.

Features and backends define their own subclasses; `middleware.py` turns them into the documented error body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HexaopsError(Exception):
    """Unexpected server error, or an expected one with its code, HTTP status and details."""

    code = "INTERNAL_ERROR"
    status = 500
    permanent = True
    """Whether a retry would fail the same way."""

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        self.headers = dict(headers or {})


class ValidationFailedError(HexaopsError):
    """The request is malformed or a value is invalid; `details` maps field paths to reasons."""

    code = "VALIDATION_FAILED"
    status = 422


class NotFoundError(HexaopsError):
    """The object does not exist or belongs to someone else; the two are indistinguishable."""

    code = "NOT_FOUND"
    status = 404


class ConflictError(HexaopsError):
    """The object's current state does not allow this."""

    code = "CONFLICT"
    status = 409


class UpstreamUnavailableError(HexaopsError):
    """A backend is unavailable; `details.source` names it."""

    code = "UPSTREAM_UNAVAILABLE"
    status = 503
    permanent = False
