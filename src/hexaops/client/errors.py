"""What a call may raise."""

from __future__ import annotations

from typing import Any


class ClientError(Exception):
    """Base of everything that this client raises."""


class NoConnectionError(ClientError):
    """The service could not be reached, or the connection broke and the call may not be repeated."""


class TooLongError(ClientError):
    """An action did not end within the time that was waited for; it goes on."""


class ApiError(ClientError):
    """The service refused: its code, message and details as docs/errors.md lists them."""

    def __init__(self, status: int, code: str, message: str, details: dict[str, Any], request_id: str | None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.request_id = request_id
        """Finds the request in the service's log."""
