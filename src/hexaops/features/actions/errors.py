"""How an action is refused before anything is planned."""

from __future__ import annotations

from hexaops.features.conversations.errors import SessionNotFoundError

__all__ = ["SessionNotFoundError"]
