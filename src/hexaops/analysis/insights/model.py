"""An insight: the finding, its applications, its evidence, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hexaops.analysis.applications.model import Application
from hexaops.analysis.sizing import Prices

Category = Literal["performance", "cost_optimization", "security", "reliability"]
CATEGORIES: tuple[Category, ...] = ("performance", "cost_optimization", "security", "reliability")
Weight = Literal["critical", "high", "medium", "low"]
WEIGHTS: tuple[Weight, ...] = ("critical", "high", "medium", "low")
HOURS_A_MONTH = 730.0
"""365 days of 24 hours by 12 months."""


@dataclass(frozen=True)
class Seen:
    """One piece of evidence for an insight."""

    source: str
    about: str
    value: str | float
    unit: str | None = None


@dataclass(frozen=True)
class Recommendation:
    """What to do about it."""

    action: str
    weight: Weight
    description: str
    impact: str | None = None
    """What it would change, computed; None where that is not known."""
    monthly_savings: float | None = None
    monthly_cost: float | None = None
    parameters: Mapping[str, object] | None = None
    """Of the action, where it is one of the catalogue."""


@dataclass(frozen=True)
class Insight:
    """One thing worth knowing."""

    category: Category
    weight: Weight
    title: str
    description: str
    applications: tuple[Application, ...] = ()
    metrics: Mapping[str, float | str] = field(default_factory=dict)
    recommendations: tuple[Recommendation, ...] = ()
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class PriceBook:
    """What is charged for what is requested or used."""

    prices: Prices

    def monthly(self, cpu_cores: float, memory_bytes: float) -> float:
        """US dollars a month for an allocation."""
        hourly = cpu_cores * self.prices.cpu_core_hour + memory_bytes / 2**30 * self.prices.memory_gib_hour
        return hourly * HOURS_A_MONTH
