"""Bodies of the scaling requests."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from hexaops.bodies import Body, OpenBody
from hexaops.kit.durations import parse_duration
from hexaops.runbooks.autoscaling import LONGEST_DELAY_SECONDS
from hexaops.runbooks.parameters import REASON_LIMIT
from hexaops.runbooks.scale import MOST_REPLICAS

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, StringConstraints(max_length=REASON_LIMIT, pattern=r"^[^\x00]*$")]
Replicas = Annotated[int, Field(ge=1, le=MOST_REPLICAS, strict=True)]
Percent = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
LONGEST_COOLDOWN_SECONDS = 86_400.0


def _duration(longest: float) -> AfterValidator:
    def check(text: str) -> str:
        try:
            seconds = parse_duration(text)
        except ValueError:
            message = 'must be a duration such as "5m"'
            raise ValueError(message) from None
        if seconds > longest:
            message = f"may be at most {longest:.0f} seconds"
            raise ValueError(message)
        return text

    return AfterValidator(check)


class Confirming(Body):
    """What confirms a plan. Without any of it the change starts at once where the workspace's policy allows that."""

    confirmation: bool = True
    """false: only show the plan."""
    plan_id: Identifier | None = None
    plan_hash: Identifier | None = None

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.plan_id is None) != (self.plan_hash is None):
            message = "plan_id and plan_hash confirm a plan together"
            raise ValueError(message)
        return self


class AutoscalerBody(Body):
    """The autoscaler that keeps the number from then on."""

    min_replicas: Replicas
    max_replicas: Replicas
    target_cpu_percentage: Annotated[int, Field(ge=1, le=1000)] | None = None
    target_memory_percentage: Annotated[int, Field(ge=1, le=1000)] | None = None
    scale_down_delay: Annotated[str, Field(max_length=32), _duration(LONGEST_DELAY_SECONDS)] | None = None


class ScaleRequest(Confirming):
    """`POST …/deployments/:deploymentName/scale`."""

    replicas: Replicas
    """At least 1: stopping is an action of its own."""
    reason: Reason | None = None
    auto_scale_config: AutoscalerBody | None = None


class ReportedMetrics(OpenBody):
    """What the caller believes; compared with what is measured."""

    cpu_percentage: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    memory_percentage: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    request_rate: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class ScalingPolicy(Body):
    """When to scale, in percent of what the pods may use, and how long to let a change take effect."""

    scale_up_threshold: Percent = 80.0
    scale_down_threshold: Percent = 30.0
    cooldown_period: Annotated[str, Field(max_length=32), _duration(LONGEST_COOLDOWN_SECONDS)] = "5m"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.scale_down_threshold >= self.scale_up_threshold:
            message = "scale_down_threshold must be less than scale_up_threshold"
            raise ValueError(message)
        return self


class AutoscaleRequest(Confirming):
    """`POST …/applications/:appId/autoscale`."""

    trigger: Literal["cpu_threshold", "memory_threshold"]
    """Which resource decides."""
    current_metrics: ReportedMetrics = ReportedMetrics()
    scaling_policy: ScalingPolicy = ScalingPolicy()
