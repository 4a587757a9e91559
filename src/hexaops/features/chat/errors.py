"""How chat refuses. Another user's session looks like one that does not exist."""

from __future__ import annotations

from hexaops.errors import HexaopsError

MESSAGE_LIMIT = 8000
"""Characters of one message."""


class InvalidChatMessageError(HexaopsError):
    """The message is empty, or longer than is read."""

    code = "INVALID_CHAT_MESSAGE"
    status = 400

    def __init__(self, problem: str) -> None:
        super().__init__("Chat message is invalid or empty", details={"message": problem})
