"""probe_connectivity: a short-lived pod tries the connection, beside the rules of test_connectivity.

Opt-in: a workspace, or the service for all of them, names the image. Where no pod may be made, the draft has no write
and the rules alone judge; the plan's warning says why. The run that made the pod deletes it, also after a kill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec.structs import asdict
from pydantic import Field

from hexaops.backends.kubernetes.rows import ServiceRow
from hexaops.kit.text import plain
from hexaops.runbooks.live import LiveWorkload
from hexaops.runbooks.model import Call, Draft, FieldChange, Fields, Subject, TargetRef, Write, Written
from hexaops.runbooks.parameters import refused
from hexaops.runbooks.probe_pod import TARGETS, Endpoint, endpoints_of, manifest, pod_name, targets_of, told_labels
from hexaops.runbooks.readings import ConnectivityParameters, services_to_try
from hexaops.runbooks.runbook import Right, Runbook, Step, View, Words, World, all_writes, seconds_to_validate
from hexaops.runbooks.workloads import REASON_LIMIT, STUCK_REASONS, read_workload

RULES = ("check_service", "check_endpoints", "check_policies")
"""The steps of test_connectivity."""
UNNAMED = "neither the workspace's policy nor the service's settings name a `probe_image`"


class ProbeParameters(ConnectivityParameters):
    """Where to, and for how long the pod may run."""

    timeout_seconds: Annotated[int, Field(ge=5, le=60)] = 30
    """After which the pod is ended and the rules alone judge."""


def _pod(view: View) -> str:
    """The pod's phase; "" while it is not known."""
    row = view.cache.find("Pod", view.target.namespace, view.target.name)
    return row.phase if row is not None else ""


def _ended(view: View) -> bool | None:
    return True if not view.draft.writes or _pod(view) in {"Succeeded", "Failed"} else None


VALIDATE = Step("validate_application", seconds_to_validate, examines=True)
START = Step("start_probe", lambda _draft, _stable: 1.0, writes=all_writes)
AWAIT = Step("await_probe", lambda draft, _stable: 5.0 if draft.writes else 0.0, reached=_ended)
REMOVE = Step("remove_probe", lambda _draft, _stable: 0.5)


def _reading(name: str) -> Step:
    return Step(name, lambda _draft, _stable: 0.5)


class ProbeConnectivity(Runbook[ProbeParameters]):
    """Tries a connection from a pod of its own, where the workspace allows one, and compares it with the rules."""

    name = "probe_connectivity"
    parameters = ProbeParameters
    words = Words(
        verb="probe the connectivity of",
        done="probed",
        does="tries from a short-lived, restricted pod whether a Service answers; by rules where none may be made",
        undo="there is nothing to undo: the pod is deleted when the action ends, however it ends",
    )
    risk = "low"
    rights = (Right("create", "Pod"), Right("delete", "Pod", takes_back=True))
    steps = (VALIDATE, *(_reading(name) for name in RULES), START, AWAIT, REMOVE)
    watched = ("Pod",)
    takes_several = False

    async def draft(self, subject: Subject, parameters: ProbeParameters, world: World) -> Draft:
        """Draft the pod; without a write, and with the reason as warning, where none may be made."""
        workload = await read_workload(subject, world)
        services = await services_to_try(subject, parameters, world)
        if parameters.port is not None and not any(
            one.port == parameters.port for row in services for one in row.ports
        ):
            raise refused("port", f"Service {services[0].name} has no such port")
        endpoints = endpoints_of(services, parameters.port)
        labels = await _labels(workload, services, world)
        image = await world.probe_image()
        why = await _why_not(workload, labels, endpoints, world) if image else UNNAMED
        write = None if why else _write(workload, image or "", labels, endpoints, parameters.timeout_seconds, world)
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target if write is None else write.target,
            description=f"Probing the connectivity of application '{subject.name}'",
            parameters={**parameters.model_dump(exclude={"reason"}, exclude_none=True)},
            writes=() if write is None else (write,),
            risk="low",
            prior={
                "services": [f"{row.namespace}/{row.name}" for row in services],
                "endpoints": [asdict(one) for one in endpoints],
            },
            warnings=(f"No probe pod, the rules alone judge: {why}",) if why else (),
        )

    def stuck(self, view: View) -> str | None:
        """Why the pod does not start."""
        row = view.cache.find("Pod", view.target.namespace, view.target.name)
        if row is None or row.reason not in STUCK_REASONS:
            return None
        return f"the probe pod does not start, {row.reason}" + (
            f": {plain(row.message, REASON_LIMIT)}" if row.message else ""
        )

    def state(self, view: View) -> str:
        """The pod's phase."""
        return f"the probe pod is {_pod(view) or 'not there yet'}"

    def deadline_seconds(self, view: View) -> float | None:
        """Where no kubelet ends the pod, the run does."""
        return float(view.draft.parameters["timeout_seconds"])

    def restored(self, view: View, undone: Mapping[int, Written]) -> str | None:  # noqa: ARG002 # it is gone at once
        """Deleted, or about to be."""
        return "The probe pod was deleted"


async def _labels(workload: LiveWorkload, services: Sequence[ServiceRow], world: World) -> dict[str, str]:
    """The labels of its pods that policies of either end name, but never the one that ReplicaSets adopt by."""
    policies = [
        policy
        for namespace in sorted({workload.target.namespace, *(row.namespace for row in services)})
        for policy in await world.list("NetworkPolicy", namespace)
    ]
    found = told_labels(workload.template_labels, policies)
    found.pop("pod-template-hash", None)
    return found


async def _why_not(
    workload: LiveWorkload, labels: Mapping[str, str], endpoints: Sequence[Endpoint], world: World
) -> str | None:
    """Why no pod can be made; None if one can."""
    namespace = workload.target.namespace
    if not endpoints:
        return "the Service has no TCP port"
    owners = (*world.cache.workloads(namespace), *world.cache.replica_sets(namespace))
    adopter = next(
        (row for row in owners if row.kind in {"DaemonSet", "ReplicaSet"} and row.selector.matches(labels)), None
    )
    if labels and adopter is not None:
        return f"{adopter.kind} {adopter.name} would take a pod with these labels for its own"
    for service in await world.list("Service", namespace):
        spec = service.get("spec") or {}
        selector = spec.get("selector") or {}
        if spec.get("publishNotReadyAddresses") and selector and selector.items() <= labels.items():
            return f"Service {service['metadata']['name']} publishes pods that are not ready, and would send it traffic"
    if not await world.may("create", "Pod", namespace) or not await world.may("delete", "Pod", namespace):
        return f"the writing identity may not create and delete pods in {namespace} (deploy/probe.yaml grants it)"
    return None


def _write(
    workload: LiveWorkload,
    image: str,
    labels: Mapping[str, str],
    endpoints: Sequence[Endpoint],
    seconds: int,
    world: World,
) -> Write:
    targets = targets_of(endpoints)
    name = pod_name(workload, world.at, targets)
    body: Fields = manifest(name, workload, image=image, labels=labels, targets=targets, seconds=seconds)
    changes = (
        FieldChange(f"/metadata/annotations/{TARGETS.replace('/', '~1')}", None, targets),
        FieldChange("/spec/containers[name=probe]/image", None, image),
        FieldChange("/spec/activeDeadlineSeconds", None, seconds),
    )
    return Write(
        target=TargetRef(kind="Pod", namespace=workload.target.namespace, name=name),
        call=Call(verb="create", body=body),
        undo=Call(verb="delete"),
        changes=changes,
    )
