"""Health of what the system reads from: log and metric sources, and a language model where one is configured.

Features above this one know how to ask them, and register a probe each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from hexaops.features.health.judging import Health

SLOW_SOURCE_SECONDS = 2.0
Component = Literal["log_sources", "metric_sources", "model"]


class SourceState(Struct, frozen=True):
    """What was found of one source; `problem` says what is wrong, or why it was not asked."""

    name: str
    kind: str
    """`embedded`, or the engine, such as `loki` or `prometheus`."""
    status: Health
    seconds: float | None = None
    problem: str | None = None


Probe = Callable[[Set[str] | None], Awaitable[Sequence[SourceState]]]
"""Clusters that the caller may see (None: all) → their sources."""


@dataclass
class SourceProbes:
    """The registered probes, one for each component."""

    _probes: dict[Component, Probe] = field(default_factory=dict)

    def add(self, component: Component, probe: Probe) -> None:
        """Register the probe of a component."""
        self._probes[component] = probe

    async def ask(self, component: Component, seen: Set[str] | None) -> Sequence[SourceState] | None:
        """Its sources; None where the settings call for none."""
        probe = self._probes.get(component)
        return None if probe is None else await probe(seen)


def judge_answer(seconds: float) -> tuple[Health, str | None]:
    """Of a source that answers: how fast."""
    if seconds > SLOW_SOURCE_SECONDS:
        return "degraded", f"it took {seconds:.1f} s to answer"
    return "healthy", None
