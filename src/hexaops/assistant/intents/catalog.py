"""The closed set of intents. Everything that depends on what a message means is derived from this tuple."""

from __future__ import annotations

from collections.abc import Mapping, Set

from hexaops.assistant.intents import talk, unclear
from hexaops.assistant.intents.askable import ASKABLE
from hexaops.assistant.intents.spec import IntentSpec, Need
from hexaops.assistant.understanding.intents import Intent

CATALOG: tuple[IntentSpec, ...] = (
    *ASKABLE,
    talk.HELP,
    talk.GREETING,
    talk.THANKS,
    talk.GOODBYE,
    unclear.OUT_OF_SCOPE,
    unclear.UNCLEAR,
)
INTENTS: Mapping[Intent, IntentSpec] = {spec.intent: spec for spec in CATALOG}


def needs_of(intents: Set[Intent]) -> frozenset[Need]:
    """All that has to be read for answers to these."""
    return frozenset(need for intent in intents for need in INTENTS[intent].needs)
