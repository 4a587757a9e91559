"""Changes that are named instead of planned: "Shall I …?"."""

from __future__ import annotations

from msgspec.structs import replace

from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.spoken_of import limited


def offered(found: Understanding) -> Understanding:
    """The change named and not planned; one of several is only held back."""
    held = withheld(found)
    return replace(held, offer=found) if found.would_change and not found.parts else held


def named_beside(found: Understanding, change: Understanding) -> Understanding:
    """The change named beside what else was understood, by its last part where there are several."""
    if found.offer or any(part.offer for part in found.parts):
        return found
    if not found.parts:
        return replace(found, offer=change)
    return replace(found, parts=(*found.parts[:-1], replace(found.parts[-1], offer=change)))


def withheld(found: Understanding) -> Understanding:
    """All that was to be planned is only spoken of."""
    parts = tuple(withheld(part) for part in found.parts)
    if not found.wants_plan:
        return replace(found, parts=parts)
    return replace(limited(found, Mode.ADVICE), slots=None, missing=(), parts=parts)
