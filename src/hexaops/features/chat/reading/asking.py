"""What a reader gets, and what it is."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.possible import actions_for
from hexaops.assistant.answers.select import applications_of
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.access.caller import Caller
from hexaops.features.chat.planning import ChangePlanner


class Reading(Struct, frozen=True):
    """One part of a message, and who asks."""

    caller: Caller
    asked: Understanding
    message: str
    facts: Facts
    session_id: str = ""
    recent: tuple[str, ...] = ()
    """Ids of the message before, where it was about the same thing: "memory above 80 %" completes it."""
    planner: ChangePlanner | None = None
    """None for what a language model asks: it plans nothing."""

    @property
    def applications(self) -> list[Application]:
        """Those that the message names, else those of the message that it completes."""
        wanted = {found.entity.id for found in self.asked.targets if found.entity.kind == "application"}
        wanted = wanted or {*self.recent}
        return [one for one in self.facts.applications or () if one.id in wanted]

    @property
    def is_named(self) -> bool:
        """Whether applications, pods or projects were named."""
        return any(found.entity.kind in {"application", "pod", "project"} for found in self.asked.targets)

    @property
    def projects(self) -> set[str]:
        """Those that were named as a whole, without an application of theirs."""
        if any(found.entity.kind in {"application", "pod"} for found in self.asked.targets):
            return set()
        named = {found.entity.name for found in self.asked.targets if found.entity.kind == "project"}
        return named | ({self.asked.parameters.namespace} if self.asked.parameters.namespace else set())

    @property
    def seconds(self) -> float:
        """How far back: what the message says, else its context."""
        return self.asked.parameters.time_range_seconds or self.facts.time_range_seconds

    def select(self, draft: Draft) -> list[Application]:
        """The applications that it is about; noted as looked at, with what can be done to them."""
        selected = applications_of(self.asked, self.facts)
        draft.examine(selected)
        draft.offer(actions_for(selected, self.facts))
        if self.is_named:
            draft.shown += [application.id for application in selected]
        return selected

    def may(self, permission: str, draft: Draft, *, to: str) -> bool:
        """Whether the caller may; else the draft says so."""
        if permission in self.caller.permissions:
            return True
        draft.say(f"I can't tell: your role may not {to} (permission {permission}).")
        draft.fulfilled = False
        return False


class Reader(Protocol):
    """Answers questions of some intents."""

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Tell the answer; raises UpstreamUnavailableError."""
        ...
