"""Health checks, answered at once; a bundle for somebody else to look at is kept, so it is planned."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.checks import Check
from hexaops.assistant.answers.checks import tell_health
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.features.chat.planning import Wanted
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.proposing import asks_now, propose
from hexaops.features.diagnostics.reading import HEALTH, DiagnosticReader, Place
from hexaops.kit.text import plain

_BUNDLE = re.compile(r"\b(?:bundle|collect|gather|dump|archive|snapshot|support|capture|package|export)")
MOST = 50
"""Applications of one health check."""


class DiagnosticsReader(Struct, frozen=True):
    """Answers from the workspace's snapshot."""

    diagnostics: DiagnosticReader

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The checks, or the plan of a bundle."""
        if _BUNDLE.search(reading.message.casefold()) and asks_now(reading.message, reading.asked.mode):
            await self._bundle(reading, draft)
            return
        selected = reading.select(draft)
        workspace, logs = reading.caller.get_workspace(), "read_logs" in reading.caller.permissions
        made: list[tuple[Application, list[Check]]] = []
        for one in selected[:MOST]:
            found: list[Check] = []
            for step in HEALTH:
                found += await self.diagnostics.health(Place(workspace, one), step, logs=logs)
            made.append((one, found))
        if not made:
            draft.fulfilled = False
            draft.say("There is no application to check.")
            return
        tell_health(made, reading.facts, draft)
        if len(selected) > MOST:
            draft.say(f"{len(selected) - MOST} more were not checked: name them.")

    async def _bundle(self, reading: Reading, draft: Draft) -> None:
        applications = reading.applications
        draft.shown += [one.id for one in applications]
        if not applications:
            draft.fulfilled = False
            draft.say("Of which application should diagnostics be collected? Name one.")
            troubled = [one for one in reading.facts.applications or () if one.problems]
            for one in troubled[:3]:
                name = plain(one.name, 63)
                words = f"Plan to collect diagnostics of {name}"
                draft.suggest(Suggestion("collect_diagnostics", words, f"collect diagnostics of {name}"))
            return
        wanted = [
            Wanted("collect_diagnostics", {"application_id": one.id}, f"collect diagnostics of {one.name}")
            for one in applications
        ]
        await propose(reading, wanted, draft)
