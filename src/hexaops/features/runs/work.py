"""What a run carries out: each kind of operation has its work, which a feature above provides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec import Struct

from hexaops.features.runs.store import OperationStore
from hexaops.storage.tables import OperationRow

Found = Mapping[str, Any]
"""What a step found, as JSON; its `details` become part of the result."""


@dataclass
class Run:
    """One operation under way in this process."""

    operation: OperationRow
    store: OperationStore
    found: dict[str, Found] = field(default_factory=dict)
    """Step → what it found, of the steps done so far."""
    seq: int = 0
    """The step that is being performed."""
    noted: str = ""

    async def check(self) -> None:
        """Raise FencedError when another process has it, CancelledByUserError when it was cancelled."""
        await self.store.check(self.operation)

    async def note(self, progress: str) -> None:
        """Show what the present step waits for."""
        if progress != self.noted:
            await self.store.note_progress(self.operation, self.seq, progress)
            self.noted = progress


class Undone(Struct, frozen=True):
    """What became of undoing."""

    rolled_back: bool
    note: str
    """A sentence: what is there now."""


class Work(Protocol):
    """The work of some kinds of operations. Every method may be started again from its beginning."""

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step; raises HexaopsError, TimeoutError, FencedError or CancelledByUserError."""
        ...

    async def undo(self, run: Run) -> Undone:
        """Put back what was done so far."""
        ...

    def message(self, run: Run) -> str:
        """The sentence of a completed operation."""
        ...
