"""Question → intent, entities, values and a calibrated confidence. Pure functions, English only."""

from hexaops.assistant.understanding.intents import (
    CHANGE_INTENTS,
    LATER_INTENTS,
    PLANNED_INTENTS,
    READ_INTENTS,
    Intent,
    Mode,
)
from hexaops.assistant.understanding.inventory import Candidate, EntityKind, Inventory, KnownEntity
from hexaops.assistant.understanding.model import (
    Ambiguity,
    Dialogue,
    InvalidValue,
    Parameters,
    PendingQuestion,
    Resolved,
    Spoken,
    Understanding,
    UnknownName,
)
from hexaops.assistant.understanding.understand import understand

__all__ = [
    "CHANGE_INTENTS",
    "LATER_INTENTS",
    "PLANNED_INTENTS",
    "READ_INTENTS",
    "Ambiguity",
    "Candidate",
    "Dialogue",
    "EntityKind",
    "Intent",
    "InvalidValue",
    "Inventory",
    "KnownEntity",
    "Mode",
    "Parameters",
    "PendingQuestion",
    "Resolved",
    "Spoken",
    "Understanding",
    "UnknownName",
    "understand",
]
