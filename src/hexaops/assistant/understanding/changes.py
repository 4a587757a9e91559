"""Which intent the verb of a change comes to, and the reason that is given for it."""

from __future__ import annotations

from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.modes import reason_start

_TO_BASE = {
    "restart": Intent.RESTART_APPLICATION,
    "start": Intent.START_APPLICATION,
    "stop": Intent.STOP_APPLICATION,
    "cancel": Intent.CANCEL_ACTION,
    "undo": Intent.ROLLBACK_ACTION,
}
REASON_LIMIT = 200


def intent_of_verb(verb: str) -> Intent:
    """The intent that the kind of verb comes to."""
    return _TO_BASE.get(verb, Intent.SCALE_APPLICATION)


def read_reason(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], str | None]:
    """The items without the reason, and the reason in the person's words."""
    start = reason_start(items)
    until = next((p for p, item in enumerate(items) if item.word == "until" and p > 1), None)
    if until is not None and any("stop" in item.tags for item in items[:until]):
        return items[:until], None
    if start is None:
        return items, None
    words = [item.text for item in items[start:]]
    if words[0].lower() in ("because", "since", "as", "due", "reason"):
        words = words[1:]
    while words and words[0] in ("to", "of", ":", "is", "-") and items[start].word != "to":
        words = words[1:]
    text = " ".join(words).replace(" ,", ",").strip()
    return items[:start], text[:REASON_LIMIT] or None
