"""An insight: the finding, its applications, its evidence, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from hexaops.analysis.applications.model import Application

Category = Literal["performance", "cost_optimization", "security", "reliability"]
CATEGORIES: tuple[Category, ...] = ("performance", "cost_optimization", "security", "reliability")
Weight = Literal["critical", "high", "medium", "low"]
WEIGHTS: tuple[Weight, ...] = ("critical", "high", "medium", "low")


class Seen(Struct, frozen=True):
    """One piece of evidence for an insight."""

    source: str
    about: str
    value: str | float
    unit: str | None = None


class Recommendation(Struct, frozen=True):
    """What to do about it."""

    action: str | None
    """Of the catalogue; None where a person has to do it."""
    weight: Weight
    description: str
    impact: str | None = None
    """What it would change, computed; None where that is not known."""
    monthly_savings: float | None = None
    monthly_cost: float | None = None
    parameters: Mapping[str, object] | None = None
    """Of the action: with these it can be planned as it stands."""
    steps: tuple[str, ...] = ()
    """What a person does, where there is no action."""

    @classmethod
    def by_hand(cls, weight: Weight, description: str, *steps: str, impact: str | None = None) -> Recommendation:
        """What no action of the catalogue does; without steps, the description is the only one."""
        return cls(None, weight, description, impact, steps=steps or (description,))


class Insight(Struct, frozen=True):
    """One thing worth knowing."""

    category: Category
    weight: Weight
    title: str
    description: str
    applications: tuple[Application, ...] = ()
    metrics: Mapping[str, float | str] = field(default_factory=dict)
    recommendations: tuple[Recommendation, ...] = ()
    seen: tuple[Seen, ...] = ()
