"""What each operation on a workspace says of itself, beside its work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from hexaops.features.access.tenancy import Workspace
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.runbooks.model import Fields

Takes = frozenset[str]
"""Names of parameters."""
COMMON: Takes = frozenset({"confirmation", "reason", "plan_id", "plan_hash"})
"""What every operation takes."""


class WorkspaceWork(Protocol):
    """Work on a whole workspace; every method may be started again from its beginning."""

    name: ClassVar[str]
    description: ClassVar[str]
    changes: ClassVar[bool]
    """Whether it may change the cluster: then it needs automation to be on."""
    steps: ClassVar[Sequence[tuple[str, float]]]
    """Names and assumed seconds."""
    takes: ClassVar[Takes]
    """Its own parameters, beside COMMON."""

    async def check(self, workspace_id: str, parameters: Fields) -> None:
        """Raise ValidationFailedError for a value that it cannot work with."""
        del workspace_id, parameters  # most take any

    def steps_in(self, workspace: Workspace) -> Sequence[tuple[str, float]]:  # noqa: ARG002 # most have the same ones
        """The steps of an operation that starts now."""
        return self.steps

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step."""
        ...

    async def undo(self, run: Run) -> Undone:
        """Put back what was done so far."""
        ...

    def message(self, run: Run) -> str:
        """The sentence of a completed operation."""
        ...
