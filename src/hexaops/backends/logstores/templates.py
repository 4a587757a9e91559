"""Templates of messages, and what mines them; the miner itself is in `analysis.logs`, above the engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Template(msgspec.Struct, frozen=True, array_like=True):
    """A template of one workspace's messages."""

    number: int
    workspace_id: str
    text: str
    """With `<*>` for what varies."""
    learned: tuple[int, ...] = ()
    """Positions that vary although their form does not tell it: for the miner's own use."""


class Miner(Protocol):
    """Finds the template of a message, as messages arrive."""

    def assign(self, workspace_id: str, message: str) -> int:
        """The number of the message's template, a new one where no known one fits."""
        ...

    def assign_all(self, workspace_ids: Sequence[str], messages: Sequence[str]) -> list[int]:
        """The number of each message's template; faster than one by one."""
        ...

    def find(self, number: int) -> Template | None:
        """The template as it is now."""
        ...

    def restore(self, template: Template) -> None:
        """Take up a template that an earlier process found."""
        ...
