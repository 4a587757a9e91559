"""The price book: what an hour of a core or a GiB of memory and a month of a GiB of storage cost, and who says so.

A price is the first that is known of: OpenCost's metrics, which tell the bill of this very node or volume; the price
file's rules, by the node's labels or the storage class; the default of the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from hexaops.backends.metrics.prices import MeteredPrices

GIB = 2**30
HOURS_A_MONTH = 730.0
"""365 days of 24 hours by 12 months."""
Number = TypeVar("Number", float, NDArray[np.float64])
PriceSource = Literal["opencost", "price_file", "default"]
SOURCES: tuple[PriceSource, ...] = ("opencost", "price_file", "default")


class Price(Struct, frozen=True):
    """US dollars, and where the figure is from: several sources where it is a mean over nodes."""

    dollars: float
    sources: tuple[PriceSource, ...]

    @classmethod
    def mean(cls, prices: Iterable[Price]) -> Price:
        """The mean of one or more."""
        known = [*prices]
        named = {source for one in known for source in one.sources}
        dollars = sum(one.dollars for one in known) / len(known)
        return cls(dollars, tuple(source for source in SOURCES if source in named))

    def monthly(self, size_bytes: float) -> float:
        """US dollars a month for a volume of this size, at a price of a GiB and month."""
        return size_bytes / GIB * self.dollars


class Rates(Struct, frozen=True):
    """Prices by the hour where something runs."""

    cpu_core_hour: Price
    memory_gib_hour: Price

    def monthly(self, cpu_cores: Number, memory_bytes: Number) -> Number:
        """US dollars a month for an amount, or for each step of a series."""
        hourly = cpu_cores * self.cpu_core_hour.dollars + memory_bytes / GIB * self.memory_gib_hour.dollars
        return hourly * HOURS_A_MONTH


class NodeRule(Struct, frozen=True):
    """Prices of nodes with these labels: each has one of the values given for it."""

    labels: Mapping[str, tuple[str, ...]]
    cpu_core_hour: float
    memory_gib_hour: float

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a node with these labels is meant."""
        return all(labels.get(name) in values for name, values in self.labels.items())


class PriceBook(Struct, frozen=True):
    """Everything that is known of prices, in US dollars."""

    cpu_core_hour: float
    memory_gib_hour: float
    storage_gib_month: float
    node_rules: tuple[NodeRule, ...] = ()
    """The first that matches a node wins."""
    storage_classes: Mapping[str, float] = field(default_factory=dict)
    """Of a GiB and month."""
    metered: MeteredPrices = MeteredPrices()

    @property
    def default(self) -> Rates:
        """Where nothing else is said, and for a pod that no node runs yet."""
        return Rates(Price(self.cpu_core_hour, ("default",)), Price(self.memory_gib_hour, ("default",)))

    def of_node(self, name: str, labels: Mapping[str, str]) -> Rates:
        """What runs on a node costs; CPU and memory may have different sources."""
        rule = next((one for one in self.node_rules if one.matches(labels)), None)
        listed = self.default
        if rule is not None:
            listed = Rates(Price(rule.cpu_core_hour, ("price_file",)), Price(rule.memory_gib_hour, ("price_file",)))
        cpu, memory = self.metered.cpu_core_hour.get(name), self.metered.memory_gib_hour.get(name)
        return Rates(
            listed.cpu_core_hour if cpu is None else Price(cpu, ("opencost",)),
            listed.memory_gib_hour if memory is None else Price(memory, ("opencost",)),
        )

    def of_volume(self, volume: str, storage_class: str) -> Price:
        """A GiB and month of a persistent volume."""
        hourly = self.metered.storage_gib_hour.get(volume)
        if hourly is not None:
            return Price(hourly * HOURS_A_MONTH, ("opencost",))
        listed = self.storage_classes.get(storage_class)
        if listed is not None:
            return Price(listed, ("price_file",))
        return Price(self.storage_gib_month, ("default",))
