"""What every runbook is, and how it says that it cannot be applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hexaops.errors import HexaopsError
from hexaops.runbooks.model import Draft, LiveWorkload


class NotApplicableError(HexaopsError):
    """The action makes no sense on this application as it is; `details.possible_when` says what would."""

    code = "ACTION_NOT_APPLICABLE"
    status = 409

    def __init__(self, reason: str, *, possible: str | None) -> None:
        super().__init__(reason, details={"reason": reason, "possible_when": possible})


@dataclass(frozen=True)
class DraftContext:
    """What a runbook may know besides the object itself."""

    now: datetime
    recorded_replicas: int | None = None
    """Replicas that the last stop of this very object recorded."""


class Runbook(Protocol):
    """One kind of change."""

    name: str
    subresource: str
    """What is written: "" the object, "scale" its scale; the right that the writer needs."""

    def draft(self, workload: LiveWorkload, parameters: Mapping[str, Any], context: DraftContext) -> Draft:
        """The change of this application as it is now; raises NotApplicableError or ValidationFailedError."""
        ...
