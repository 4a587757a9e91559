"""How an action is refused before anything is planned."""

from __future__ import annotations

from hexaops.errors import NotFoundError


class SessionNotFoundError(NotFoundError):
    """No such session of this user in this workspace."""

    code = "SESSION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Session not found", details={"session_id": "no session of yours here"})
