"""What a chat message must be, in every chat."""

from __future__ import annotations

from hexaops.features.chat.errors import MESSAGE_LIMIT, InvalidChatMessageError
from hexaops.kit.text import plain

NAME_LIMIT = 60


def session_name(message: str) -> str:
    """The name of a session that a message opens."""
    return plain(message, NAME_LIMIT) or "Chat"


def checked(message: str) -> str:
    """The message without what cannot be stored; raises InvalidChatMessageError."""
    text = message.replace("\x00", "").strip()
    if not plain(text, MESSAGE_LIMIT):
        raise InvalidChatMessageError("Message content cannot be empty")
    if len(text) > MESSAGE_LIMIT:
        raise InvalidChatMessageError(f"Message content cannot be longer than {MESSAGE_LIMIT} characters")
    return text
