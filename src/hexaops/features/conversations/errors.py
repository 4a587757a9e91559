"""How finding a session fails."""

from __future__ import annotations

from hexaops.errors import ConflictError, NotFoundError


class SessionNotFoundError(NotFoundError):
    """No such session of this user in this workspace."""

    code = "SESSION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Session not found", details={"session_id": "no session of yours here"})


class SessionEndedError(ConflictError):
    """The session has ended and takes no more messages."""

    code = "SESSION_ENDED"

    def __init__(self) -> None:
        super().__init__("The session has ended", details={"status": "ended"})
