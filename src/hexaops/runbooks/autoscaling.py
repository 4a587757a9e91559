"""set_autoscaling: create, change or remove the HorizontalPodAutoscaler of an application.

From then on its replicas belong to the autoscaler: rule 8 refuses to scale it by hand and names this action instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.runbooks import rollout
from hexaops.runbooks.disruption import ready_pods_down_by_scaling
from hexaops.runbooks.live import LiveObject, LiveWorkload
from hexaops.runbooks.model import Call, Draft, FieldChange, Fields, Replicas, Subject, TargetRef, Write
from hexaops.runbooks.parameters import Parameters, refused
from hexaops.runbooks.runbook import (
    NotApplicableError,
    Right,
    Step,
    View,
    Words,
    World,
    all_writes,
    seconds_of_one_batch,
)
from hexaops.runbooks.scale import MOST_REPLICAS, SCALABLE
from hexaops.runbooks.workloads import VALIDATE, VERIFY, WorkloadRunbook, read_workload

HPA = "HorizontalPodAutoscaler"
SPEC_KEYS = ("minReplicas", "maxReplicas", "metrics", "behavior")
DEFAULT_DELAY_SECONDS = 300
"""How long Kubernetes waits before an autoscaler scales down, unless told otherwise."""
LONGEST_DELAY_SECONDS = 3600
Count = Annotated[int, Field(ge=1, le=MOST_REPLICAS)]
Percent = Annotated[int, Field(ge=1, le=1000)]
"""Percent of requests; may exceed 100 because limits can be higher."""


class AutoscalingParameters(Parameters):
    """Bounds and targets; unnamed ones keep their values. `enabled: false` removes the autoscaler."""

    enabled: bool = True
    min_replicas: Count | None = None
    max_replicas: Count | None = None
    target_cpu_percent: Percent | None = None
    target_memory_percent: Percent | None = None
    scale_down_delay_seconds: Annotated[int, Field(ge=0, le=LONGEST_DELAY_SECONDS)] | None = None
    """For how long the load must have been lower before replicas are taken away."""
    replicas: Count | None = None
    """The number to begin with; an autoscaler that exists already sets it itself."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.min_replicas, self.max_replicas
        if low and high and low > high:
            message = "min_replicas is more than max_replicas"
            raise ValueError(message)
        named = (low, high, self.target_cpu_percent, self.target_memory_percent, self.scale_down_delay_seconds)
        if self.enabled and all(one is None for one in named):
            message = (
                "set at least one of min_replicas, max_replicas, target_cpu_percent, target_memory_percent, "
                "scale_down_delay_seconds"
            )
            raise ValueError(message)
        if not self.enabled and any(one is not None for one in (*named, self.replicas)):
            message = "enabled: false removes the autoscaler and takes no other parameter"
            raise ValueError(message)
        return self


def _configured(view: View) -> bool | None:
    """Done when the autoscaler is as planned and the replicas are within its bounds."""
    write = view.draft.writes[-1]
    row = next((one for one in view.cache.hpas(view.target.namespace) if one.name == write.target.name), None)
    if write.call.verb == "delete":
        return True if row is None else None
    spec = view.draft.parameters
    if row is None or (row.min_replicas, row.max_replicas) != (spec["min_replicas"], spec["max_replicas"]):
        return None
    workload = rollout.find(view.cache, view.target)
    if workload is None:
        return None
    return True if workload.desired == 0 or row.min_replicas <= workload.desired <= row.max_replicas else None


CONFIGURE = Step(
    "configure_autoscaler", seconds_of_one_batch, writes=all_writes, reached=_configured,
    found=lambda view, _reached: {"details": {**view.draft.parameters, "resources_affected": 1}},
)  # fmt: skip


class SetAutoscaling(WorkloadRunbook[AutoscalingParameters]):
    """Creates, changes or removes the application's autoscaler."""

    name = "set_autoscaling"
    parameters = AutoscalingParameters
    words = Words(
        verb="set the autoscaling of",
        done="autoscaled",
        does="creates, changes or removes (`enabled: false`) the autoscaler: bounds, CPU and memory targets",
        undo="restores the previous autoscaler, or removes it",
    )
    risk = "medium"
    rights = (
        *(Right(verb, HPA) for verb in ("create", "patch", "delete")),
        *(Right("patch", kind, "scale") for kind in SCALABLE),
    )
    steps = (VALIDATE, CONFIGURE, VERIFY)
    watched = (*rollout.KINDS, HPA)
    limits_step = True

    async def draft(self, subject: Subject, parameters: AutoscalingParameters, world: World) -> Draft:
        """Draft the application's new autoscaler."""
        workload = await read_workload(subject, world)
        if workload.kind not in SCALABLE:
            raise NotApplicableError("A DaemonSet runs one pod per node and has no replicas to set", possible=None)
        live = await _autoscaler_of(workload, world)
        if not parameters.enabled:
            return self._removal(subject, workload, live)
        spec = _spec(workload, parameters, live)
        low, high = spec["minReplicas"], spec["maxReplicas"]
        scaling = _scaling(workload, parameters.replicas, spec)
        after = parameters.replicas if scaling else workload.replicas and min(max(workload.replicas, low), high)
        assert after is not None
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target,
            description=f"Autoscaling application '{subject.name}' between {low} and {high} replicas",
            parameters=_parameters_of(spec),
            writes=(*scaling, _write(workload, spec, live)),
            risk="medium",
            ready_pods_down=ready_pods_down_by_scaling(workload, after) if after else 0,
            pods_touched=abs(after - workload.replicas),
            replicas=Replicas(workload.replicas, after),
            prior=_parameters_of(live.document["spec"]) if live else {"enabled": False},
            warnings=_warnings(workload, spec),
        )

    def _removal(self, subject: Subject, workload: LiveWorkload, live: LiveObject | None) -> Draft:
        if live is None:
            raise NotApplicableError("It has no autoscaler", possible=None)
        spec = live.document["spec"]
        write = Write(
            target=live.target,
            call=Call(verb="delete"),
            undo=Call(verb="create", body=_copy(live)),
            changes=tuple(FieldChange(f"/spec/{key}", spec[key], None) for key in SPEC_KEYS if key in spec),
        )
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target,
            description=f"Removing the autoscaler of application '{subject.name}'",
            parameters={"enabled": False},
            writes=(write,),
            risk="medium",
            prior=_parameters_of(spec),
            warnings=(f"Without an autoscaler it stays at {workload.replicas} replicas regardless of load",),
        )

    def possible_for(self, application: Application) -> bool:
        """It is running and scalable."""
        return application.desired > 0 and application.kind in SCALABLE

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """The previous autoscaler, or none."""
        return self.name, dict(draft.prior)


async def _autoscaler_of(workload: LiveWorkload, world: World) -> LiveObject | None:
    target = workload.target
    rows = [
        row for row in world.cache.hpas(target.namespace)
        if (row.target_kind, row.target_name) == (target.kind, target.name)
    ]  # fmt: skip
    if len(rows) > 1:
        names = ", ".join(sorted(row.name for row in rows))
        raise NotApplicableError(f"Several autoscalers target it: {names}", possible="remove all but one")
    return await world.find(HPA, target.namespace, rows[0].name if rows else target.name)


def _spec(workload: LiveWorkload, parameters: AutoscalingParameters, live: LiveObject | None) -> Fields:
    """The new spec: bounds and metrics, changing only what is named."""
    before: Mapping[str, Any] = live.document["spec"] if live else {}
    low = (
        parameters.min_replicas
        or before.get("minReplicas")
        or min(workload.replicas or 1, parameters.max_replicas or 1)
    )
    high = parameters.max_replicas or before.get("maxReplicas")
    if high is None:
        raise refused("max_replicas", "is needed: it has no autoscaler yet")
    if low > high:
        raise refused("min_replicas", f"is more than max_replicas ({high})")
    metrics = [dict(metric) for metric in before.get("metrics") or ()]
    wanted = {"cpu": parameters.target_cpu_percent, "memory": parameters.target_memory_percent}
    for resource, percent in wanted.items():
        if percent is not None:
            metrics = [one for one in metrics if (one.get("resource") or {}).get("name") != resource]
            metrics.append(_metric(resource, percent))
    if not metrics:
        raise refused("target_cpu_percent", "is needed: it has no autoscaler with a target yet")
    spec = {"minReplicas": low, "maxReplicas": high, "metrics": metrics}
    if parameters.scale_down_delay_seconds is not None:
        behavior = dict(before.get("behavior") or {})
        down = {**(behavior.get("scaleDown") or {}), "stabilizationWindowSeconds": parameters.scale_down_delay_seconds}
        spec["behavior"] = {**behavior, "scaleDown": down}
    return spec


def _scaling(workload: LiveWorkload, replicas: int | None, spec: Fields) -> tuple[Write, ...]:
    """The write of the number to begin with, before the autoscaler takes over."""
    if replicas is None:
        return ()
    if not spec["minReplicas"] <= replicas <= spec["maxReplicas"]:
        raise refused("replicas", f"is not between {spec['minReplicas']} and {spec['maxReplicas']}")
    if replicas == workload.replicas:
        return ()
    write = Write(
        target=workload.target,
        call=Call(verb="scale", body={"spec": {"replicas": replicas}}),
        undo=Call(verb="scale", body={"spec": {"replicas": workload.replicas}}),
        changes=(FieldChange("/spec/replicas", workload.replicas, replicas),),
    )
    return (write,)


def _metric(resource: str, percent: int) -> Fields:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": resource, "target": target}}


def _parameters_of(spec: Mapping[str, Any]) -> Fields:
    """Parameters that would produce this autoscaler."""
    found: Fields = {"min_replicas": spec.get("minReplicas", 1), "max_replicas": spec["maxReplicas"]}
    for metric in spec.get("metrics") or ():
        resource = metric.get("resource") or {}
        percent = (resource.get("target") or {}).get("averageUtilization")
        if resource.get("name") in {"cpu", "memory"} and percent:
            found[f"target_{resource['name']}_percent"] = percent
    if spec.get("behavior"):
        down = spec["behavior"].get("scaleDown") or {}
        found["scale_down_delay_seconds"] = down.get("stabilizationWindowSeconds", DEFAULT_DELAY_SECONDS)
    return found


def _write(workload: LiveWorkload, spec: Fields, live: LiveObject | None) -> Write:
    before: Mapping[str, Any] = live.document["spec"] if live else {}
    changes = tuple(
        FieldChange(f"/spec/{key}", before.get(key), spec[key])
        for key in SPEC_KEYS
        if key in spec and before.get(key) != spec[key]
    )
    if not changes:
        raise NotApplicableError("The autoscaler already has these settings", possible=None, already_so=True)
    if live is None:
        target = workload.target
        body = {
            "apiVersion": KINDS[HPA].api_version,
            "kind": HPA,
            "metadata": {"name": target.name, "namespace": target.namespace},
            "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": target.kind, "name": target.name}, **spec},
        }
        new = TargetRef(kind=HPA, namespace=target.namespace, name=target.name)
        return Write(target=new, call=Call(verb="create", body=body), undo=Call(verb="delete"), changes=changes)
    back = {key: before.get(key) for key in spec}
    return Write(
        target=live.target,
        call=Call(verb="patch", body={"spec": spec}),
        undo=Call(verb="patch", body={"spec": back}),
        changes=changes,
    )


def _copy(live: LiveObject) -> Fields:
    """The object in a form that can be created again."""
    metadata = {
        key: dict(value) for key, value in (("labels", live.labels), ("annotations", live.annotations)) if value
    }
    return {
        "apiVersion": KINDS[HPA].api_version,
        "kind": HPA,
        "metadata": {"name": live.target.name, "namespace": live.target.namespace, **metadata},
        "spec": dict(live.document["spec"]),
    }


def _warnings(workload: LiveWorkload, spec: Fields) -> tuple[str, ...]:
    warnings: list[str] = []
    if workload.replicas == 0:
        warnings.append("The application is stopped, and an autoscaler does nothing at 0 replicas")
    for metric in spec["metrics"]:
        resource = (metric.get("resource") or {}).get("name")
        requested = [((one.get("resources") or {}).get("requests") or {}).get(resource) for one in workload.containers]
        if resource and not all(requested):
            warnings.append(f"Not every container requests {resource}, so utilization cannot be computed")
    return tuple(warnings)
