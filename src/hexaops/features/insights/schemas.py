"""Bodies of the insights routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from hexaops.analysis.insights.model import CATEGORIES, Category
from hexaops.bodies import Body
from hexaops.kit.durations import parse_duration

LEAST_SECONDS, MOST_SECONDS = 300.0, 31 * 86400.0
InternalFocus = Literal["resource_optimization", "cost_analysis", "security_posture", "performance_bottlenecks"]
AnalysisType = Literal["performance", "cost", "security", "reliability", "comprehensive"]
FOCUS: dict[InternalFocus, tuple[Category, ...]] = {
    "resource_optimization": ("cost_optimization", "performance"),
    "cost_analysis": ("cost_optimization",),
    "security_posture": ("security",),
    "performance_bottlenecks": ("performance", "reliability"),
}
"""The internal document's words → categories of insights."""
BY_TYPE: dict[AnalysisType, tuple[Category, ...]] = {
    "performance": ("performance", "reliability"),
    "cost": ("cost_optimization",),
    "security": ("security",),
    "reliability": ("reliability",),
    "comprehensive": CATEGORIES,
}


def _time_range(text: str) -> str:
    if not LEAST_SECONDS <= parse_duration(text) <= MOST_SECONDS:
        message = "must be at least 5m and at most 31d"
        raise ValueError(message)
    return text


TimeRange = Annotated[str, StringConstraints(max_length=16), AfterValidator(_time_range)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class InsightsRequest(Body):
    """`POST …/aiops/insights`."""

    scope: Literal["workspace", "application"] = "workspace"
    application_id: Annotated[str, StringConstraints(min_length=1, max_length=320)] | None = Field(
        None, validate_default=True
    )
    """Id or name; goes with the scope `application`."""
    focus_areas: Annotated[list[Category], Field(min_length=1, max_length=4)] = Field([*CATEGORIES])
    time_range: TimeRange = "24h"
    include_recommendations: bool = True

    @field_validator("application_id")
    @classmethod
    def _with_its_scope(cls, given: str | None, so_far: ValidationInfo) -> str | None:
        scope = so_far.data.get("scope")  # none where it is wrong itself
        if scope is not None and (scope == "application") != (given is not None):
            message = "goes with the scope application, and only with it"
            raise ValueError(message)
        return given


class Feedback(Body):
    """What somebody noticed."""

    issue: Words
    component: Annotated[str, StringConstraints(min_length=1, max_length=253)]


class InsightsContext(Body):
    """What else is known, or wanted."""

    recent_changes: bool = False
    """Whether the answer lists what changed in the time."""
    user_feedback: Annotated[list[Feedback], Field(max_length=20)] = Field([])


class InternalInsightsRequest(Body):
    """`POST …/workspaces/:id/insights`."""

    analysis_type: AnalysisType = "comprehensive"
    """Which categories are looked at where no focus areas are given."""
    time_range: TimeRange = "24h"
    focus_areas: Annotated[list[InternalFocus], Field(min_length=1, max_length=4)] | None = None
    include_recommendations: bool = True
    context: InsightsContext = InsightsContext()

    @property
    def categories(self) -> tuple[Category, ...]:
        """What to look at."""
        if self.focus_areas is None:
            return BY_TYPE[self.analysis_type]
        wanted = {category for area in self.focus_areas for category in FOCUS[area]}
        return tuple(one for one in CATEGORIES if one in wanted)
