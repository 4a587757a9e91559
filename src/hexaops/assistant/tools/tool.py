"""What is known of a tool apart from its code, which belongs to the feature that reads."""

from __future__ import annotations

from msgspec import Struct

SECONDS = 30.0


class Tool(Struct, frozen=True, kw_only=True):
    """Reads something and answers from it. It is bound to its code by name (`features/chat/wiring.py`)."""

    name: str
    description: str
    """What it tells, in one line."""
    capabilities: tuple[str, ...] = ("read_applications",)
    """What the message must be allowed to read; an answer without one of these says which."""
    permission: str = ""
    """What the caller's role must grant besides; "" where capabilities say it all."""
    seconds: float = SECONDS
    """Its budget: what takes longer is cut off and said to have been."""
