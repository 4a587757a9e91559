"""Each tool that an intent or a topic names is bound, none for nothing; and what every bound one is held to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Set
from datetime import UTC, datetime

import pytest
from msgspec import Struct

from hexaops.analysis.applications.freshness import Freshness
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.intents.catalog import CATALOG
from hexaops.assistant.tools.ask import ASK
from hexaops.assistant.tools.catalog import TOOLS
from hexaops.assistant.tools.tool import Tool
from hexaops.assistant.understanding import Intent, Understanding
from hexaops.features.access.caller import Caller
from hexaops.features.access.permissions import ROLES
from hexaops.features.access.principal import Principal
from hexaops.features.chat.capabilities import READS
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.choosing import TOPICS
from hexaops.features.chat.reading.guarding import GuardedReader
from hexaops.features.chat.service import ChatService
from tests.features.applications.world import ChatWorld

NOW = datetime(2026, 11, 30, tzinfo=UTC)
TOOL = Tool(name="made_up", description="Nothing.", permission="generate_insights")
MAY = frozenset({"read_applications"})
Work = Callable[[Draft], Awaitable[None]]


class Working(Struct, frozen=True):
    """A reader that does what a test wants."""

    work: Work

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Whatever that is."""
        del reading
        await self.work(draft)


async def told(
    tool: Tool, work: Work, *, permissions: Set[str] = frozenset({"generate_insights"}), capabilities: Set[str] = MAY
) -> Draft:
    """The answer of a guarded reader."""
    facts = Facts("w", NOW, Freshness(NOW, (), {}, {}), permissions, capabilities)
    caller = Caller(Principal("user", "alice", "Alice"), None, permissions, "req_1", "127.0.0.1")
    draft = Draft()
    await GuardedReader(tool, Working(work)).answer(Reading(caller, Understanding(Intent.HELP, 1.0), "", facts), draft)
    return draft


async def say_hello(draft: Draft) -> None:
    """A reader with nothing against it."""
    draft.say("Hello.")


async def test_the_tools_are_those_that_are_named(world: ChatWorld) -> None:
    named = {spec.reader.name for spec in CATALOG if spec.reader} | {tool.name for tool, _ in TOPICS}
    assert set(world.access.get(ChatService).readers) == named
    assert Counter(tool.name for tool in TOOLS) == Counter({*named, ASK.name})


def test_what_a_tool_needs_can_be_granted() -> None:
    assert {one for tool in TOOLS for one in tool.capabilities} <= set(READS)
    assert {tool.permission for tool in TOOLS} - {""} <= ROLES["admin"]
    assert [tool.name for tool in TOOLS if tool.seconds <= 0 or not tool.description.endswith(".")] == []


async def test_what_may_be_read_is_told() -> None:
    draft = await told(TOOL, say_hello)
    assert (draft.content, draft.fulfilled) == ("Hello.", True)


async def test_a_role_that_may_not_reads_nothing() -> None:
    draft = await told(TOOL, say_hello, permissions=frozenset())
    assert draft.content == "I can't tell: your role may not generate insights (permission generate_insights)."
    assert not draft.fulfilled


async def test_a_message_that_may_not_reads_nothing() -> None:
    draft = await told(TOOL, say_hello, capabilities=frozenset())
    assert draft.content == "I can't tell: this message may not read applications (capability read_applications)."
    assert not draft.fulfilled


async def test_what_takes_too_long_is_cut_off_and_said() -> None:
    cut = asyncio.Event()

    async def wait(draft: Draft) -> None:
        draft.say("First.")
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    draft = await told(Tool(name="slow", description="Nothing.", seconds=0.0), wait)
    assert draft.content == "First.\nI can't tell all of it: reading took longer than 0 s."
    assert cut.is_set()
    assert not draft.fulfilled


async def test_a_timeout_of_something_else_is_no_budget() -> None:
    async def fail(_draft: Draft) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await told(TOOL, fail)


async def test_a_secret_that_only_the_whole_sentence_shows_is_redacted() -> None:
    secret = "hunter2-" + "very-secret"

    async def tell(draft: Draft) -> None:
        draft.say("password=" + secret, "ev_1")

    draft = await told(TOOL, tell)
    assert secret not in draft.content
    assert draft.statements[0].evidence == ("ev_1",)


async def test_a_message_without_applications_lists_none(world: ChatWorld) -> None:
    answer = await world.ask("List the services", capabilities=["read_workspace"])
    assert answer["response"]["content"].startswith("I can't tell: this message may not read applications")
    assert not answer["response"]["metadata"]["intent_fulfilled"]
