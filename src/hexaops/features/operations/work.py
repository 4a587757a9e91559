"""What each operation on a workspace says of itself, beside its work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from hexaops.features.runs.work import Found, Run, Undone


class WorkspaceWork(Protocol):
    """Work on a whole workspace; every method may be started again from its beginning."""

    name: ClassVar[str]
    description: ClassVar[str]
    changes: ClassVar[bool]
    """Whether it may change the cluster: then it needs automation to be on."""
    steps: ClassVar[Sequence[tuple[str, float]]]
    """Names and assumed seconds."""

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step."""
        ...

    async def undo(self, run: Run) -> Undone:
        """Put back what was done so far."""
        ...

    def message(self, run: Run) -> str:
        """The sentence of a completed operation."""
        ...
