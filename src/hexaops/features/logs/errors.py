"""Errors of the log routes."""

from __future__ import annotations

from hexaops.errors import HexaopsError, NotFoundError


class LogQueryNotFoundError(NotFoundError):
    """The log query is unknown, older than an hour or someone else's."""

    code = "LOG_QUERY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Log query not found; its answer is kept for an hour")


class TooManyFollowersError(HexaopsError):
    """Too many clients are following the logs."""

    code = "TOO_MANY_FOLLOWERS"
    status = 503
    permanent = False

    def __init__(self, most: int) -> None:
        details = {"at_most": most}
        super().__init__("Too many clients follow the logs", details=details, headers={"Retry-After": "10"})


class UnreadablePushError(HexaopsError):
    """No line of the body could be read; `details` says why."""

    code = "UNREADABLE_LOG_LINES"
    status = 400
