"""What every tool is held to: what the caller and the message may read, its budget, and no secret in what it says."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.tools.tool import Tool
from hexaops.features.chat.reading.asking import Reader, Reading


class GuardedReader(Struct, frozen=True):
    """A reader with its tool's conditions around it."""

    tool: Tool
    reader: Reader

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """As the reader tells it, or why it does not."""
        if (refusal := self._refusal(reading)) is not None:
            draft.fulfilled = False
            draft.say(refusal)
            return
        first = len(draft.statements)
        try:
            async with asyncio.timeout(self.tool.seconds) as budget:
                await self.reader.answer(reading, draft)
        except TimeoutError:
            if not budget.expired():
                raise
            draft.fulfilled = False
            draft.say(f"I can't tell all of it: reading took longer than {self.tool.seconds:g} s.")
        draft.redact(first)

    def _refusal(self, reading: Reading) -> str | None:
        permission, readable = self.tool.permission, reading.facts.capabilities
        if permission and permission not in reading.caller.permissions:
            return f"I can't tell: your role may not {_words(permission)} (permission {permission})."
        lacking = next((one for one in self.tool.capabilities if one not in readable), None)
        return lacking and f"I can't tell: this message may not {_words(lacking)} (capability {lacking})."


def _words(permission: str) -> str:
    return permission.replace("_", " ")
