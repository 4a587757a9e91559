"""What running costs: the only place where an amount of CPU and memory becomes money.

Charged is OpenCost's allocation: for each resource the larger of request and use. Use is measured by pod, so the larger
is taken of each pod, before anything is added up: what one pod leaves unused does not pay for what another one takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hexaops.analysis.applications.model import Application
from hexaops.backends.metrics.samples import Samples

GIB = 2**30
Number = TypeVar("Number", float, NDArray[np.float64])
HOURS_A_MONTH = 730.0
"""365 days of 24 hours by 12 months."""


class Prices(Struct, frozen=True):
    """US dollars an hour."""

    cpu_core_hour: float
    memory_gib_hour: float


class Amount(Struct, frozen=True):
    """Cores and bytes."""

    cpu_cores: float = 0.0
    memory_bytes: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(self.cpu_cores + other.cpu_cores, self.memory_bytes + other.memory_bytes)

    def at_least(self, other: Amount) -> Amount:
        """The larger of both for each resource."""
        return Amount(max(self.cpu_cores, other.cpu_cores), max(self.memory_bytes, other.memory_bytes))


class Allocation(Struct, frozen=True):
    """What measured pods request and use, and what of it is charged."""

    requested: Amount = Amount()
    used: Amount = Amount()
    charged: Amount = Amount()

    @classmethod
    def of(cls, requested: Amount, used: Amount) -> Allocation:
        """The allocation of one pod."""
        return cls(requested, used, requested.at_least(used))

    @classmethod
    def together(cls, parts: Iterable[Allocation]) -> Allocation:
        """Of several pods or applications."""
        return sum(parts, cls())

    def __add__(self, other: Allocation) -> Allocation:
        """Both together."""
        return Allocation(self.requested + other.requested, self.used + other.used, self.charged + other.charged)


class Cost(Struct, frozen=True):
    """Of an allocation, in US dollars a month."""

    requested: float
    used: float
    charged: float


class PriceBook(Struct, frozen=True):
    """What is charged for what is requested or used."""

    prices: Prices

    def monthly(self, cpu_cores: Number, memory_bytes: Number) -> Number:
        """US dollars a month for an amount, or for each step of a series."""
        hourly = cpu_cores * self.prices.cpu_core_hour + memory_bytes / GIB * self.prices.memory_gib_hour
        return hourly * HOURS_A_MONTH

    def cost(self, allocation: Allocation) -> Cost:
        """What an allocation costs a month; every answer about costs is told from this."""
        return Cost(*(
            self.monthly(amount.cpu_cores, amount.memory_bytes)
            for amount in (allocation.requested, allocation.used, allocation.charged)
        ))  # fmt: skip

    def total(self, allocations: Sequence[Allocation]) -> Cost:
        """Of all of them."""
        return self.cost(Allocation.together(allocations))


def allocation_of(application: Application, samples: Samples) -> Allocation:
    """Of its measured pods: what is not measured is on neither side."""
    return Allocation.together(
        Allocation.of(
            Amount(pod.cpu_request or 0.0, pod.memory_request or 0.0), Amount(found.cpu_cores, found.memory_bytes)
        )
        for pod in application.pods
        if (found := samples.by_object.get((pod.namespace, pod.name)))
    )
