"""Each reader that an intent or a topic names is bound, and none is bound for nothing."""

from __future__ import annotations

from hexaops.assistant.intents.catalog import CATALOG
from hexaops.features.chat.reading.choosing import TOPICS
from hexaops.features.chat.service import ChatService
from tests.features.applications.world import ChatWorld


async def test_the_readers_are_those_that_are_named(world: ChatWorld) -> None:
    named = {spec.reader for spec in CATALOG if spec.reader} | {name for name, _ in TOPICS}
    assert set(world.access.get(ChatService).readers) == named
