"""What a source of measurements hands out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


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
    _derived: dict[tuple[str, str], tuple[object, Any]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    @property
    def available(self) -> bool:
        """Whether there is anything to go by."""
        return self.reason is None

    def derive(self, what: str, key: str, basis: object, make: Callable[[], T]) -> T:
        """What `make` returns, asked once for the same basis (the very same object) while these measurements serve."""
        held = self._derived.get((what, key))
        if held is None or held[0] is not basis:
            held = self._derived[what, key] = basis, make()
        made: T = held[1]
        return made
