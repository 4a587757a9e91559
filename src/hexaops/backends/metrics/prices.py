"""Prices as OpenCost's exporter tells them through a Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class MeteredPrices(Struct, frozen=True):
    """US dollars an hour: of a core and a GiB of memory by node, of a GiB of storage by persistent volume."""

    cpu_core_hour: Mapping[str, float] = field(default_factory=dict)
    memory_gib_hour: Mapping[str, float] = field(default_factory=dict)
    storage_gib_hour: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None
    """Why there are none; None where there are, or where nothing would know of any."""
