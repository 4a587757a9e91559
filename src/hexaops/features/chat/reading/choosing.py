"""Which reader answers a part of a message: by what its words ask for, else by its intent."""

from __future__ import annotations

from collections.abc import Callable

from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.intents.catalog import INTENTS
from hexaops.assistant.tools.articles import ARTICLES
from hexaops.assistant.tools.bounds import BOUNDS
from hexaops.assistant.tools.codes import CODES
from hexaops.assistant.tools.connectivity import CONNECTIVITY
from hexaops.assistant.tools.dependencies import DEPENDENCIES
from hexaops.assistant.tools.fields import FIELDS
from hexaops.assistant.tools.forecast import FORECAST
from hexaops.assistant.tools.history import HISTORY
from hexaops.assistant.tools.impact import IMPACT
from hexaops.assistant.tools.insights import INSIGHTS
from hexaops.assistant.tools.inventory import INVENTORY
from hexaops.assistant.tools.lacking import LACKING
from hexaops.assistant.tools.named import NAMED
from hexaops.assistant.tools.nodes import NODES
from hexaops.assistant.tools.objects import OBJECTS
from hexaops.assistant.tools.performance import PERFORMANCE
from hexaops.assistant.tools.resources import RESOURCES
from hexaops.assistant.tools.rights import RIGHTS
from hexaops.assistant.tools.rollouts import ROLLOUTS
from hexaops.assistant.tools.room import ROOM
from hexaops.assistant.tools.safety import SAFETY
from hexaops.assistant.tools.summary import SUMMARY
from hexaops.assistant.tools.tool import Tool
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.summaries import asks_for_summary
from hexaops.features.chat.reading.articles import asks_for_meaning, is_answered, is_asked_how
from hexaops.features.chat.reading.bounds import asks_for_bounds
from hexaops.features.chat.reading.codes import asks_for_codes
from hexaops.features.chat.reading.connectivity import asks_for_connections
from hexaops.features.chat.reading.dependencies import asks_for_dependencies
from hexaops.features.chat.reading.fields import field_of
from hexaops.features.chat.reading.history import asks_for_revisions
from hexaops.features.chat.reading.impact import asks_for_impact
from hexaops.features.chat.reading.insights import asks_for_control
from hexaops.features.chat.reading.inventory import inventory_asked
from hexaops.features.chat.reading.lacking import lacked_in
from hexaops.features.chat.reading.names import asks_for_named
from hexaops.features.chat.reading.nodes import asks_of_nodes, asks_where
from hexaops.features.chat.reading.objects import topic_of
from hexaops.features.chat.reading.performance import asks_for_requests
from hexaops.features.chat.reading.resources import (
    asks_for_age,
    asks_for_image_ages,
    asks_for_restarts,
    asks_near_limits,
)
from hexaops.features.chat.reading.rights import asks_for_rights
from hexaops.features.chat.reading.rollouts import asks_for_rollouts
from hexaops.features.chat.reading.room import room_asked
from hexaops.features.chat.reading.safety import asks_for_safety
from hexaops.features.chat.reading.volumes import asks_how_full

_HOW_TO_INTENTS = frozenset({
    Intent.DIAGNOSE, Intent.ROOT_CAUSE, Intent.POD_STATUS, Intent.LIST_RESOURCES, Intent.NODE_MAINTENANCE,
    Intent.LOG_QUERY,
})  # fmt: skip
"""Questions for trouble that may mean trouble in general."""


def _asks_how(message: str, asked: Understanding) -> bool:
    if asked.intent is Intent.OUT_OF_SCOPE and asked.language != "other" and is_answered(message):
        return True
    asks_how = asked.intent in _HOW_TO_INTENTS or asked.mode is Mode.HOWTO
    return asks_how and not asked.targets and is_asked_how(message)


TOPICS: tuple[tuple[Tool, Callable[[str, Understanding, Facts], bool]], ...] = (
    (ARTICLES, lambda message, asked, _: asks_for_meaning(message, asked)),
    (ROOM, lambda message, asked, facts: bool(room_asked(message, asked, facts.applications or ()))),
    (LACKING, lambda message, asked, facts: bool(lacked_in(message, asked, facts.applications or ()))),
    (INVENTORY, lambda message, asked, facts: bool(inventory_asked(message, asked, facts.applications or ()))),
    (NAMED, asks_for_named),
    (BOUNDS, asks_for_bounds),
    (CODES, lambda message, asked, _: asks_for_codes(message, asked)),
    (RIGHTS, lambda message, asked, _: asks_for_rights(message, asked)),
    (SAFETY, lambda message, asked, _: asks_for_safety(message, asked)),
    (IMPACT, lambda message, asked, _: asks_for_impact(message, asked)),
    (DEPENDENCIES, lambda message, asked, _: asks_for_dependencies(message, asked)),
    (INSIGHTS, lambda message, asked, _: asks_for_control(message, asked)),
    (ROLLOUTS, asks_for_rollouts),
    (SUMMARY, lambda message, _asked, _: asks_for_summary(message)),
    (CONNECTIVITY, lambda message, asked, _: asks_for_connections(message, asked)),
    (PERFORMANCE, lambda message, asked, _: asks_for_requests(message, asked)),
    (RESOURCES, lambda message, asked, _: asks_near_limits(message, asked)),
    (RESOURCES, lambda message, asked, facts: asks_for_restarts(message, asked, facts.applications or ())),
    (RESOURCES, lambda message, asked, facts: asks_for_image_ages(message, asked, facts.applications or ())),
    (RESOURCES, lambda message, asked, facts: asks_for_age(message, asked, facts.applications or ())),
    (NODES, lambda message, asked, _: asks_of_nodes(message, asked) or asks_where(message, asked)),
    (OBJECTS, lambda message, asked, facts: bool(topic_of(message, facts.applications or (), asked))),
    (FORECAST, lambda message, asked, _: asks_how_full(message, asked)),
    (HISTORY, lambda message, asked, _: asks_for_revisions(message, asked)),
    (FIELDS, lambda message, asked, facts: bool(field_of(message, facts.applications or (), asked))),
    (ARTICLES, lambda message, asked, _: _asks_how(message, asked)),
)
"""Readers of questions that may have been taken for several intents, and what asks for them; the first one answers."""


def reader_of(message: str, asked: Understanding, facts: Facts) -> Tool | None:
    """What has to be read further; None where the answer is based on what is known already."""
    topic = next((tool for tool, asks in TOPICS if asks(message, asked, facts)), None)
    return topic or INTENTS[asked.intent].reader
