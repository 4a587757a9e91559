"""Scales for trusted services. Guardrails, plan and verification are those of every other change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from hexaops.analysis.applications.model import Application, Status
from hexaops.analysis.applications.usage import Resource, Share, shares_of_application
from hexaops.analysis.scaling import Decision, Thresholds, decide
from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.runs.events import Announcement
from hexaops.features.runs.queries import latest_start
from hexaops.features.scaling.changing import Asked, ServiceChanges
from hexaops.features.scaling.schemas import AutoscalerBody, AutoscaleRequest, ScaleRequest
from hexaops.features.scaling.views import NOTHING_TO_DO, AutoscaleView, MeasuredLoadView, ScaleView, progress_of
from hexaops.features.webhooks.events import AUTOSCALE_TRIGGERED
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration, format_time, parse_duration
from hexaops.runbooks.model import Subject
from hexaops.storage.database import Database

MISMATCH_POINTS = 10.0
FORMULA = "ceil(replicas × usage / target), at most ×2 or +5 up, at least 1"
SCALING = ("scale_application", "set_autoscaling", "start_application", "stop_application")
RESOURCES: Mapping[str, Resource] = {"cpu_threshold": "cpu", "memory_threshold": "memory"}
NAMES: Mapping[Resource, str] = {"cpu": "CPU", "memory": "Memory"}
METRICS: Mapping[Resource, Literal["cpu_percentage", "memory_percentage"]] = {
    "cpu": "cpu_percentage", "memory": "memory_percentage",
}  # fmt: skip


FIELDS: Mapping[str, str] = {
    "parameters": "auto_scale_config",
    "parameters.min_replicas": "auto_scale_config.min_replicas",
    "parameters.max_replicas": "auto_scale_config.max_replicas",
    "parameters.target_cpu_percent": "auto_scale_config.target_cpu_percentage",
    "parameters.target_memory_percent": "auto_scale_config.target_memory_percentage",
    "parameters.scale_down_delay_seconds": "auto_scale_config.scale_down_delay",
}
"""Parameters of `set_autoscaling` → fields of the request."""


class ScalingService(Struct, frozen=True):
    """One for the process."""

    locator: ApplicationLocator
    applications: ApplicationService
    changes: ServiceChanges
    database: Database
    clock: Clock

    async def scale(self, caller: Caller, name: str, body: ScaleRequest) -> ScaleView:
        """Set the replicas of a deployment, with an autoscaler from then on if one is described."""
        workspace = caller.get_workspace()
        application = self.applications.get(workspace, name)
        action, parameters = _change(body)
        asked = Asked(_subject_of(application), action, parameters)
        try:
            carried = await self.changes.carry_out(caller, asked, body)
        except ValidationFailedError as refusal:
            raise _in_words_of_the_request(refusal) from None
        shown, replicas = progress_of(carried), carried.draft.replicas
        return ScaleView(
            deployment_name=application.name,
            workspace_id=workspace.id,
            application_id=application.id,
            previous_replicas=replicas.before if replicas else application.desired,
            new_replicas=replicas.after if replicas else application.desired,
            status=shown.status,
            operation_id=shown.operation_id,
            started_at=shown.started_at,
            estimated_completion=shown.estimated_completion,
            plan=shown.plan,
            reasons=shown.reasons,
        )

    async def autoscale(self, caller: Caller, application_id: str, body: AutoscaleRequest) -> AutoscaleView:
        """Decide on the measured load, and scale; raises ApplicationNotFoundError for absent and foreign alike."""
        placed = await self.locator.locate(caller, application_id, "application:write")
        application, resource = placed.application, RESOURCES[body.trigger]
        usage = await self._usage(placed.caller, application, body, resource)
        decision, reason = await self._decide(placed.workspace.cluster_id, application, body, usage)
        now = self.clock.now()
        if decision.direction == "none":
            reasons = dict.fromkeys(("operation_id", "estimated_completion"), NOTHING_TO_DO)
            return AutoscaleView(
                application_id=application.id, scaling_action="none", status="unchanged",
                previous_replicas=application.desired, new_replicas=application.desired, reason=reason,
                triggered_at=format_time(now), operation_id=None, estimated_completion=None, evidence=usage,
                reasons={**_reasons(usage), **reasons},
            )  # fmt: skip
        # The confirmed plan is of these very replicas: a decision that has changed since makes it another plan.
        parameters = {"application_id": application.id, "replicas": decision.replicas}
        told = _announcement(placed.workspace, application, decision, reason)
        asked = Asked(_subject_of(application), "scale_application", parameters, told)
        carried = await self.changes.carry_out(placed.caller, asked, body)
        shown = progress_of(carried)
        return AutoscaleView(
            application_id=application.id, scaling_action=decision.direction, status=shown.status,
            previous_replicas=application.desired, new_replicas=decision.replicas, reason=reason,
            triggered_at=shown.started_at or format_time(now), operation_id=shown.operation_id,
            estimated_completion=shown.estimated_completion, evidence=usage, plan=shown.plan,
            reasons={**_reasons(usage), **shown.reasons},
        )  # fmt: skip

    async def _usage(
        self, caller: Caller, application: Application, body: AutoscaleRequest, resource: Resource
    ) -> MeasuredLoadView:
        """The measured share; the caller's own figure only where nothing measures."""
        share = shares_of_application(application, await self.applications.usage(caller.get_workspace()))[resource]
        metric, policy = METRICS[resource], body.scaling_policy
        reported = body.current_metrics.cpu_percentage if resource == "cpu" else body.current_metrics.memory_percentage
        if share.percent is None and reported is None:
            problem = f"is needed, because it cannot be measured: {share.reason}"
            raise ValidationFailedError("The request is not valid", details={f"current_metrics.{metric}": problem})
        return MeasuredLoadView(
            metric=metric,
            measured=share.percent,
            measured_at=_time(share),
            basis=share.basis,
            reported=reported,
            mismatch=_mismatch(share.percent, reported),
            used="reported" if share.percent is None else "measured",
            target=Thresholds(policy.scale_up_threshold, policy.scale_down_threshold).target,
            formula=FORMULA,
        )

    async def _decide(
        self, cluster_id: str, application: Application, body: AutoscaleRequest, usage: MeasuredLoadView
    ) -> tuple[Decision, str]:
        policy, unchanged = body.scaling_policy, Decision("none", application.desired)
        if application.status is Status.STOPPED:
            return unchanged, "It is stopped: starting it is an action of its own"
        if application.status is Status.PROGRESSING and not body.plan_id:
            return unchanged, "Its last change has not taken effect yet"
        percent = usage.measured if usage.measured is not None else usage.reported
        assert percent is not None
        decision = decide(
            application.desired, percent, Thresholds(policy.scale_up_threshold, policy.scale_down_threshold)
        )
        name = NAMES[RESOURCES[body.trigger]]
        if decision.direction == "none":
            between = f"{policy.scale_down_threshold:g}% and {policy.scale_up_threshold:g}%"
            inside = policy.scale_down_threshold <= percent <= policy.scale_up_threshold
            why = f"is between {between}" if inside else f"({percent:g}%) needs no other number of replicas"
            return decision, f"{name} usage {why}"
        wait = await self._cooling(cluster_id, application, parse_duration(policy.cooldown_period))
        if wait is not None and not body.plan_id:
            return unchanged, f"It was scaled {wait} ago, within the cooldown period of {policy.cooldown_period}"
        return decision, _because(name, decision, policy.scale_up_threshold, policy.scale_down_threshold)

    async def _cooling(self, cluster_id: str, application: Application, cooldown_seconds: float) -> str | None:
        """How long ago its replicas were last set through us, if that is within the cooldown period."""
        async with self.database.reading() as session:
            started = await latest_start(session, cluster_id, application.id, kinds=SCALING)
        if started is None:
            return None
        seconds = (self.clock.now() - started).total_seconds()
        return format_duration(seconds) if seconds < cooldown_seconds else None


def _subject_of(application: Application) -> Subject:
    return Subject(id=application.id, kind=application.kind, namespace=application.project, name=application.name)


def _announcement(workspace: Workspace, application: Application, decision: Decision, reason: str) -> Announcement:
    data = {
        "application": {"id": application.id, "name": application.name},
        "workspace": {"id": workspace.id, "name": workspace.name},
        "scaling_action": decision.direction,
        "previous_replicas": application.desired,
        "new_replicas": decision.replicas,
        "reason": reason,
    }
    return Announcement(AUTOSCALE_TRIGGERED, data)


def _change(body: ScaleRequest) -> tuple[str, dict[str, Any]]:
    """The kind of change and its parameters."""
    own: dict[str, Any] = {"reason": body.reason} if body.reason else {}
    config = body.auto_scale_config
    if config is None:
        return "scale_application", {"replicas": body.replicas, **own}
    return "set_autoscaling", {"replicas": body.replicas, **_autoscaler(config), **own}


def _autoscaler(config: AutoscalerBody) -> dict[str, Any]:
    given = {
        "min_replicas": config.min_replicas,
        "max_replicas": config.max_replicas,
        "target_cpu_percent": config.target_cpu_percentage,
        "target_memory_percent": config.target_memory_percentage,
        "scale_down_delay_seconds": round(parse_duration(config.scale_down_delay)) if config.scale_down_delay else None,
    }
    return {key: value for key, value in given.items() if value is not None}


def _in_words_of_the_request(refusal: ValidationFailedError) -> ValidationFailedError:
    """The action's refusal with the request's own names of its fields."""
    details = {FIELDS.get(field, field.removeprefix("parameters.")): told for field, told in refusal.details.items()}
    return ValidationFailedError("The request is not valid", details=details)


def _because(name: str, decision: Decision, up: float, down: float) -> str:
    if decision.direction == "scale_up":
        reason = f"{name} usage exceeded {up:g}% threshold"
        return f"{reason}; limited to the largest step" if decision.limited else reason
    return f"{name} usage fell below {down:g}% threshold"


def _time(share: Share) -> str | None:
    return None if share.measured_at is None else format_time(datetime.fromtimestamp(share.measured_at, UTC))


def _mismatch(measured: float | None, reported: float | None) -> float | None:
    if measured is None or reported is None or abs(reported - measured) <= MISMATCH_POINTS:
        return None
    return round(reported - measured, 1)


def _reasons(usage: MeasuredLoadView) -> dict[str, str]:
    found: dict[str, str] = {}
    if usage.measured is None:
        found |= dict.fromkeys(("evidence.measured", "evidence.measured_at", "evidence.basis"), "it is not measured")
    if usage.reported is None:
        found["evidence.reported"] = "the request does not name it"
    if usage.mismatch is None:
        found["evidence.mismatch"] = "there is none of more than 10 percentage points"
    return found
