"""What a source of measurements hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec


class Measured(msgspec.Struct, frozen=True, gc=False):
    """What one pod or node used: cores and bytes, and when (seconds since 1970)."""

    cpu_cores: float
    memory_bytes: float
    measured_at: float


@dataclass(frozen=True)
class Samples:
    """All current measurements of one kind of object. `reason` says why there are none, or why they are old."""

    source: str
    """Whom they came from, for evidence."""
    query: str
    """What was asked."""
    read_at: datetime | None = None
    by_object: Mapping[tuple[str, str], Measured] = field(default_factory=dict)
    """By namespace ("" for nodes) and name."""
    reason: str | None = None
    derived: dict[str, Any] = field(default_factory=dict, compare=False)
    """What was computed from these measurements, for as long as they serve: by what it is."""

    @property
    def available(self) -> bool:
        """Whether there is anything to go by."""
        return self.reason is None
