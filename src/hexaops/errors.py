"""One base for everything that goes wrong in an expected way.

A feature or backend subclasses it beside itself; `main.py` turns it into the
documents' error body in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HexaopsError(Exception):
    """An expected failure with the code, the HTTP status and the details that its caller is told."""

    code = "INTERNAL_ERROR"
    status = 500
    permanent = True
    """Whether the same call would fail again: decides about retries."""

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
    """The request's shape or a field's value is wrong; `details` maps field paths to what is wrong."""

    code = "VALIDATION_FAILED"
    status = 422


class NotFoundError(HexaopsError):
    """The object is absent, or belongs to somebody else: both look the same."""

    code = "NOT_FOUND"
    status = 404


class ConflictError(HexaopsError):
    """The object is in a state that does not allow this."""

    code = "CONFLICT"
    status = 409


class UpstreamUnavailableError(HexaopsError):
    """A backend did not answer; `details.source` names it."""

    code = "UPSTREAM_UNAVAILABLE"
    status = 503
    permanent = False
