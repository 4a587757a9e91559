"""HorizontalPodAutoscalers (autoscaling/v2) on the simulated usage.

The published formula: desired = ceil(current * measured / target), nothing within 10 % of the target, the largest
over all metrics, scale-down only to the highest wish of the last five minutes, scale-up at most to the double or
by four pods at once. Source: kubernetes.io, "Horizontal Pod Autoscaling", algorithm details.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from hexaops.kit.quantities import parse_quantity
from simulator.clock import format_time
from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper
from simulator.world.objects import is_active, is_ready, is_terminating, set_condition, with_spec, with_status
from simulator.world.selectors import matches

RESOURCE = "horizontalpodautoscalers.autoscaling"
PERIOD_SECONDS = 15.0
_TOLERANCE = 0.1
_SCALE_DOWN_WINDOW_SECONDS = 300.0
_SOURCE = "horizontal-pod-autoscaler"
_TARGETS = {
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "ReplicaSet": "replicasets.apps",
}


class PodUsage(Protocol):
    """Where measured usage comes from."""

    def pod(self, pod: Object) -> tuple[float, float] | None:
        """Cores and bytes that a pod uses; None when nothing is measured."""
        ...


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric: how far it is from its target, what is reported of it, and how it is named in events."""

    ratio: float
    current: dict[str, Any]
    name: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Replicas: there are now, by the formula, after stabilising, within the bounds; and the bounds."""

    current: int
    wish: int
    desired: int
    bounded: int
    bounds: tuple[int, int]


class Autoscalers:
    """The HPA controller."""

    name = "autoscaler"

    def __init__(self, cluster: Cluster, usage: PodUsage) -> None:
        self._cluster = cluster
        self._usage = usage
        self._wishes: dict[str, list[tuple[float, int]]] = {}

    def interests(self) -> dict[str, Mapper]:
        """Autoscalers that are new or changed; from then on a timer drives them."""
        return {RESOURCE: self._changed}

    def _changed(self, event: Event) -> list[Key]:
        old = event.previous
        same = old is not None and event.type != "DELETED" and old.get("spec") == event.object.get("spec")
        return [] if same else [event.key]

    def reconcile(self, key: Key) -> None:
        """Measure, decide, scale, and come back in fifteen seconds."""
        autoscaler = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if autoscaler is None or is_terminating(autoscaler):
            return
        self._cluster.look_at(self.name, key, PERIOD_SECONDS)
        spec = autoscaler["spec"]
        reference = spec["scaleTargetRef"]
        resource = _TARGETS.get(reference["kind"], "")
        target = self._cluster.store.find(resource, key.namespace, reference["name"]) if resource else None
        if target is None:
            plural = resource or f"{reference['kind'].lower()}s"
            why = f'the HPA controller was unable to get the target\'s current scale: {plural} "{reference["name"]}"'
            self._write(autoscaler, {}, [_condition("AbleToScale", "False", "FailedGetScale", f"{why} not found")])
            return
        able = _condition("AbleToScale", "True", "SucceededGetScale", _GOT_SCALE)
        current = target["spec"].get("replicas", 1)
        counts = {"currentReplicas": current, "desiredReplicas": current}
        if current == 0:
            off = "scaling is disabled since the replica count of the target is zero"
            self._write(autoscaler, counts, [able, _condition("ScalingActive", "False", "ScalingDisabled", off)])
            return
        measured = [found for metric in _metrics(spec) if (found := self._measure(metric, target)) is not None]
        if not measured:
            why = f"the HPA was unable to compute the replica count: {_UNMEASURED}"
            self._write(autoscaler, counts, [able, _condition("ScalingActive", "False", _NO_METRIC, why)])
            self._cluster.recorder.warning(autoscaler, _NO_METRIC, _UNMEASURED, source=_SOURCE)
            return
        self._decide(autoscaler, target, resource, measured)

    def _decide(self, autoscaler: Object, target: Object, resource: str, measured: list[Measured]) -> None:
        spec, uid = autoscaler["spec"], autoscaler["metadata"]["uid"]
        current = target["spec"].get("replicas", 1)
        decisive = max(measured, key=lambda found: found.ratio)
        wish = current if abs(decisive.ratio - 1.0) <= _TOLERANCE else math.ceil(current * decisive.ratio)
        least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
        desired = self._stabilised(uid, current, wish, spec)
        desired = min(desired, max(current * 2, current + 4))
        bounded = max(least, min(desired, most))
        changes: dict[str, Any] = {
            "currentReplicas": current,
            "desiredReplicas": bounded,
            "currentMetrics": [found.current for found in measured],
        }
        if bounded != current:
            self._scale(autoscaler, target, resource, bounded, decisive)
            changes["lastScaleTime"] = format_time(self._cluster.now())
        decision = Decision(current, wish, desired, bounded, (least, most))
        self._write(autoscaler, changes, _verdict(decisive, decision))

    def _stabilised(self, uid: str, current: int, wish: int, spec: Object) -> int:
        """The highest wish of the scale-down window; for scaling up, the wish itself."""
        behavior = ((spec.get("behavior") or {}).get("scaleDown")) or {}
        window = float(behavior.get("stabilizationWindowSeconds", _SCALE_DOWN_WINDOW_SECONDS))
        now = self._cluster.clock.monotonic()
        # The window begins with what is there, so that a new autoscaler does not lower at once.
        kept = [entry for entry in self._wishes.get(uid, [(now, current)]) if entry[0] > now - window]
        self._wishes[uid] = [*kept, (now, wish)]
        if wish >= current:
            return wish
        return min(current, max(count for _, count in self._wishes[uid]))

    def _scale(self, autoscaler: Object, target: Object, resource: str, size: int, decisive: Measured) -> None:
        grows = size > target["spec"].get("replicas", 1)
        self._cluster.store.update(resource, with_spec(target, replicas=size))
        why = f"{decisive.name} above target" if grows else "All metrics below target"
        self._cluster.recorder.normal(
            autoscaler, "SuccessfulRescale", f"New size: {size}; reason: {why}", source=_SOURCE
        )

    def _measure(self, metric: dict[str, Any], target: Object) -> Measured | None:
        resource = (metric.get("resource") or {}).get("name")
        wanted = (metric.get("resource") or {}).get("target") or {}
        if metric.get("type") != "Resource" or resource not in ("cpu", "memory"):
            return None
        namespace = target["metadata"]["namespace"]
        used = asked = 0.0
        count = 0
        for pod in self._cluster.store.list("pods", namespace):
            labels = pod["metadata"].get("labels") or {}
            if not matches(target["spec"].get("selector"), labels) or not is_active(pod) or not is_ready(pod):
                continue
            found = self._usage.pod(pod)
            if found is None:
                continue
            used += found[0] if resource == "cpu" else found[1]
            asked += _requested(pod, resource)
            count += 1
        if not count:
            return None
        average = used / count
        shown = f"{round(average * 1000)}m" if resource == "cpu" else str(round(average))
        current: dict[str, Any] = {"averageValue": shown}
        if wanted.get("averageValue") is not None:
            ratio, name = average / parse_quantity(wanted["averageValue"]), f"{resource} resource"
        elif asked and wanted.get("averageUtilization"):
            percent = int(used * 100 / asked)
            current["averageUtilization"] = percent
            ratio = percent / wanted["averageUtilization"]
            name = f"{resource} resource utilization (percentage of request)"
        else:
            return None
        return Measured(ratio, {"type": "Resource", "resource": {"name": resource, "current": current}}, name)

    def _write(self, autoscaler: Object, changes: dict[str, Any], conditions: list[dict[str, Any]]) -> None:
        merged = list((autoscaler.get("status") or {}).get("conditions") or [])
        for condition in conditions:
            merged = set_condition(merged, condition, self._cluster.now())
        self._cluster.write_status(RESOURCE, with_status(autoscaler, **changes, conditions=merged))


def _metrics(spec: Object) -> list[dict[str, Any]]:
    default = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
    return spec.get("metrics") or [{"type": "Resource", "resource": default}]


def _requested(pod: Object, resource: str) -> float:
    return sum(
        parse_quantity(((container.get("resources") or {}).get("requests") or {}).get(resource, 0))
        for container in pod["spec"]["containers"]
    )


def _condition(kind: str, status: str, reason: str, message: str) -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def _verdict(decisive: Measured, decision: Decision) -> list[dict[str, Any]]:
    """The three conditions after a decision."""
    if decision.bounded != decision.current:
        told = f"the HPA controller was able to update the target scale to {decision.bounded}"
        able = _condition("AbleToScale", "True", "SucceededRescale", told)
    elif decision.desired == decision.current and decision.wish < decision.current:
        told = "recent recommendations were higher than current one, applying the highest recent recommendation"
        able = _condition("AbleToScale", "True", "ScaleDownStabilized", told)
    else:
        told = "recommended size matches current size"
        able = _condition("AbleToScale", "True", "ReadyForNewScale", told)
    active = _condition(
        "ScalingActive",
        "True",
        "ValidMetricFound",
        f"the HPA was able to successfully calculate a replica count from {decisive.name}",
    )
    least, most = decision.bounds
    if decision.desired > most:
        limited = _condition("ScalingLimited", "True", "TooManyReplicas", _LIMIT.format("more", "maximum"))
    elif decision.desired < least:
        limited = _condition("ScalingLimited", "True", "TooFewReplicas", _LIMIT.format("less", "minimum"))
    else:
        told = "the desired count is within the acceptable range"
        limited = _condition("ScalingLimited", "False", "DesiredWithinRange", told)
    return [able, active, limited]


_GOT_SCALE = "the HPA controller was able to get the target's current scale"
_NO_METRIC = "FailedGetResourceMetric"
_UNMEASURED = (
    "failed to get cpu utilization: unable to get metrics for resource cpu: "
    "no metrics returned from resource metrics API"
)
_LIMIT = "the desired replica count is {} than the {} replica count"
