"""What keeps a request that reads whole from being planned: it may mean a part, a list, or something else's number."""

from __future__ import annotations

from hexaops.assistant.understanding.intents import LATER_CHANGES, Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS
from hexaops.assistant.understanding.setting import last_frame
from hexaops.assistant.understanding.targets import Found
from hexaops.assistant.understanding.verbs import WEAK

OF_PARTS = frozenset(
    {Intent.POD_STATUS, Intent.ALERT_QUERY, Intent.EVENT_QUERY, Intent.LOG_QUERY, Intent.NODE_STATUS, *LATER_CHANGES}
    | {Intent.DIAGNOSE, Intent.CHANGE_HISTORY}
)
"""After talk of these, "stop it" may mean a pod, an alert or a backup."""


_COUNTED_BEFORE = frozenset(
    {Intent.SCALE_APPLICATION, Intent.STATUS_QUERY, Intent.LIST_RESOURCES, Intent.POD_STATUS, Intent.USAGE_QUERY}
    | {Intent.PERFORMANCE_ANALYSIS, Intent.HIGH_USAGE, Intent.DIAGNOSE, Intent.ACTION_STATUS, Intent.START_APPLICATION}
)


def number_of_nothing(items: tuple[Item, ...], verb: str, intent: Intent, dialogue: Dialogue) -> tuple[str, ...]:
    """ "make that 5" after a restart or a stop: five of what?"""
    last = last_frame(dialogue)
    if intent is not Intent.SCALE_APPLICATION or verb not in WEAK or last is None:
        return ()
    if any(item.mention or "replica" in item.tags for item in items) or Intent(last.intent) in _COUNTED_BEFORE:
        return ()
    return tuple(item.text for item in items if item.number)


_COUNTS = word_set("at on has have is are with runs run running only just to from of")


def told_of_else(clause_items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The numbers of "cart times out after 6", not those of "cart is at 6" and "cart has 6 pods"."""
    if any(item.tags & {"replica", "replicas_word"} for item in clause_items):
        return ()
    return tuple(
        item
        for position, item in enumerate(clause_items)
        if item.number and not item.mention and position and clause_items[position - 1].word not in _COUNTS
    )


def number_of_what(items: tuple[Item, ...], verb: str, intent: Intent, told: tuple[Item, ...]) -> tuple[str, ...]:
    """ "cart times out after 6, make it 12": the number may be of what was told."""
    if not told or intent is not Intent.SCALE_APPLICATION or verb not in WEAK:
        return ()
    if any(item.mention or item.tags & {"replica", "replicas_word"} for item in items):
        return ()
    return tuple(item.text for item in items if item.number)


LIKE_A_PORT = 1000
"""From here on a number without "replicas" is rather a port, a size or an amount of money."""
_MEASURED_BEFORE = frozenset({Intent.USAGE_QUERY, Intent.HIGH_USAGE, Intent.PERFORMANCE_ANALYSIS})


def number_of_something_else(items: tuple[Item, ...], intent: Intent, dialogue: Dialogue) -> tuple[str, ...]:
    """ "api-service to 8080", and "raise it to 8" after "memory of trainer?": no number of replicas may be meant."""
    counted = any(item.tags & {"replica", "replicas_word"} for item in items)
    if intent is not Intent.SCALE_APPLICATION or counted:
        return ()
    last = last_frame(dialogue)
    measured = last is not None and Intent(last.intent) in _MEASURED_BEFORE
    points = not any(item.mention for item in items) and any(item.word in ("it", "that", "this") for item in items)
    return tuple(
        item.text
        for item in items
        if item.number and not item.mention and (item.number.value >= LIKE_A_PORT or (measured and points))
    )


def may_be_shown(items: tuple[Item, ...], intent: Intent) -> tuple[str, ...]:
    """ "get 5 cart pods": may ask for a list; "get cart to 5", "get me 5 cart pods" do not."""
    words = [word for item in items if not item.is_mark for word in item.word.split()]
    if intent is not Intent.SCALE_APPLICATION or words[:1] != ["get"] or words[1:2] in (["me"], ["us"]):
        return ()
    return () if {"to", "up", "down", "more"} & set(words) else ("get",)


def points_at_a_part(items: tuple[Item, ...], found: Found, dialogue: Dialogue) -> bool:
    """ "restart the second one" after a list of pods or alerts."""
    listed = dialogue.last_intent in {intent.value for intent in OF_PARTS}
    pointed_at = any(target.source == "dialogue" for target in found.targets) or not found.targets
    return listed and pointed_at and any(item.word in ORDINALS for item in items) and len(dialogue.named) < 2
