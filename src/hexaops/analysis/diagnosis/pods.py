"""Which pods are sick, and what is known about each: the context that the rules for pods work on.

A pod that starts, stops or failed once is not sick; one that was ready and is not any more, that waits for what will
not come, or that keeps restarting, is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from hexaops.analysis.diagnosis.model import Evidence, Ref
from hexaops.analysis.diagnosis.objects import Obj, Raw, containers, items, mapping, number, seconds, text
from hexaops.analysis.diagnosis.snapshot import Event, Snapshot

START_SECONDS = 120.0
"""How long a start may take."""
OLDER_STARTS = 2.0
"""A new revision's pod may take this many times the start of the pods before it."""
UNSCHEDULED_SECONDS = 30.0
FLAPPING_SECONDS = 1800.0
"""A container that ended this recently and has restarted FLAPPING_RESTARTS times is not well, though it runs now."""
FLAPPING_RESTARTS = 3
LEFT_SECONDS = 86400.0
HELD_SECONDS = 1800.0
"""How long a container may run on after the others of its Job's pod have succeeded."""
DELETION_SECONDS = 300.0
"""How long after its grace period a pod may still be there."""
_HOPELESS = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "ImagePullBackOff",
        "ErrImagePull",
        "RegistryUnavailable",
        "RunContainerError",
        "StartError",
        "PostStartHookError",
        "PreCreateHookError",
    }
)
"""Reasons for which waiting does not help."""
_BY_PROGRAM = frozenset({"Error", "Completed"})
"""Reasons of an end whose message is the program's own (terminationMessagePath), not the runtime's."""


class Container(Struct, frozen=True, dict=True):
    """One container of a pod: what it should be and what it is."""

    name: str
    spec: Raw
    status: Raw
    init: bool

    @property
    def waiting(self) -> Raw:
        """The `waiting` state, or an empty one."""
        return mapping(self.status, "state", "waiting")

    @property
    def reason(self) -> str:
        """Why it waits."""
        return text(self.waiting, "reason")

    @cached_property
    def ended(self) -> Raw:
        """How it last ended: now, or before its restart; empty when it never did."""
        return mapping(self.status, "state", "terminated") or mapping(self.status, "lastState", "terminated")

    @property
    def exit_code(self) -> int | None:
        """The last exit code, or None."""
        return number(self.ended, "exitCode") if self.ended else None

    @property
    def restarts(self) -> int:
        """Restart count."""
        return number(self.status, "restartCount")

    @property
    def ready(self) -> bool:
        """Whether it is ready; of an init container, whether it has done its work."""
        if self.init and mapping(self.status, "state", "terminated"):
            return number(self.status, "state", "terminated", "exitCode") == 0
        return self.status.get("ready") is True

    def limit(self, resource: str) -> str:
        """Its limit as written, or an empty text."""
        return str(mapping(self.spec, "resources", "limits").get(resource) or "")


class Sick(Struct, frozen=True, dict=True):
    """A pod that is not well."""

    snapshot: Snapshot
    pod: Obj
    workload: Obj
    all: tuple[Container, ...]
    broken: Container | None
    """The container to look at: the first that is not well, init containers before the others."""

    @property
    def message(self) -> str:
        """Everything that the cluster said about why it does not start: status messages, then recent events."""
        return "\n".join([*self._messages(), *[one.message for one in self.events if one.warning]])

    def _messages(self) -> list[str]:
        waiting = text(self.broken.waiting, "message") if self.broken else ""
        ended = text(self.broken.ended, "message") if self.broken else ""
        return [part for part in (waiting, ended, self.pod.text("status", "message")) if part]

    @cached_property
    def events(self) -> list[Event]:
        """Recent events of the pod."""
        return self.snapshot.events(self.pod.ref)

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The pod and everything above it."""
        return (self.pod.ref, self.workload.ref)

    @property
    def group(self) -> Ref:
        """What its kind of trouble is counted by: its workload, or its controller where the snapshot lacks that."""
        owner = self.pod.controller()
        if self.workload.ref != self.pod.ref or not owner:
            return self.workload.ref
        return Ref(text(owner, "kind"), self.pod.namespace, text(owner, "name"))

    @cached_property
    def log(self) -> str:
        """Log of the broken container; without one, the termination message, which is the end of it or says why."""
        if self.broken is None:
            return ""
        said = self.snapshot.log(self.pod, self.broken.name)
        by_program = text(self.broken.ended, "reason") in _BY_PROGRAM
        return said or (text(self.broken.ended, "message") if by_program else "")

    @property
    def crashing(self) -> bool:
        """Whether its broken container has ended, rather than never started."""
        return self.broken is not None and bool(self.broken.ended)

    @property
    def container(self) -> str:
        """How to call the broken container in a sentence."""
        if self.broken is None:
            return "the pod"
        return f"{'init container' if self.broken.init else 'container'} {self.broken.name}"

    def status_evidence(self) -> Evidence:
        """What the status says about the broken container."""
        one = self.broken
        if one is None:
            parts = [f"phase {self.pod.text('status', 'phase')}", self.pod.text("status", "reason")]
            return Evidence("status", self.pod.ref, ", ".join(part for part in parts if part))
        running = "not started" if not one.status else "running" if one.ready else "running, not ready"
        parts = [one.reason or running]
        if one.ended:
            parts.append(f"last ended with exit code {one.exit_code} ({text(one.ended, 'reason')})")
        if one.restarts:
            parts.append(f"{one.restarts} restarts")
        return Evidence("status", self.pod.ref, f"{self.container}: {', '.join(parts)}")

    def event_evidence(self, *reasons: str) -> tuple[Evidence, ...]:
        """The newest event of each of the reasons."""
        found: dict[str, Evidence] = {}
        for one in self.events:
            if one.reason in reasons:
                found.setdefault(one.reason, one.evidence)
        return tuple(found.values())


def sick_pods(snapshot: Snapshot) -> Iterator[Sick]:
    """Every pod that is not well, with its context."""
    for pod in snapshot.each("Pod"):
        if not _is_fine(pod) and _is_sick(snapshot, pod, containers_of(pod)):
            yield context_of(snapshot, pod)


def context_of(snapshot: Snapshot, pod: Obj) -> Sick:
    """What is known about a pod that is not well."""
    all_containers = containers_of(pod)
    return Sick(snapshot, pod, snapshot.workload(pod), all_containers, _broken(snapshot, all_containers))


def _is_fine(pod: Obj) -> bool:
    """The quick test that most pods pass: ready, and nothing ever restarted or is being deleted."""
    status = pod.mapping("status")
    if pod.deleted is not None:
        return False
    if status.get("phase") == "Succeeded":
        return True
    if status.get("phase") != "Running":
        return False
    return all(
        one.get("ready") is True and not one.get("restartCount") for one in items(status, "containerStatuses")
    ) and is_ready(pod)


def is_ready(pod: Obj) -> bool:
    """Whether the Ready condition is true; without conditions, whether it runs and all of its containers are ready."""
    ready = pod.condition("Ready")
    if ready:
        return ready.get("status") == "True"
    running = pod.text("status", "phase") == "Running"
    return running and all(one.get("ready") is True for one in pod.items("status", "containerStatuses"))


def containers_of(pod: Obj) -> tuple[Container, ...]:
    """Containers with their statuses, init containers first."""
    statuses = {
        text(one, "name"): one
        for key in ("initContainerStatuses", "containerStatuses")
        for one in pod.items("status", key)
    }
    inits = {text(one, "name") for one in pod.items("spec", "initContainers")}
    found = []
    for spec in containers(pod.mapping("spec")):
        name = text(spec, "name")
        found.append(
            Container(name, spec, statuses.get(name, {}), name in inits and spec.get("restartPolicy") != "Always")
        )
    return tuple(found)


def _broken(snapshot: Snapshot, all_containers: tuple[Container, ...]) -> Container | None:
    unwell = [one for one in all_containers if one.status and (not one.ready or _flapping(snapshot, one))]
    never = [one for one in unwell if one.reason in _HOPELESS]
    # An ordinary container waits for the init containers; one that ended says more than one that merely is not ready.
    inits = [one for one in unwell if one.init]
    ended = [one for one in unwell if one.ended]
    return next(iter([*inits, *never, *ended, *unwell]), all_containers[0] if len(all_containers) == 1 else None)


def _flapping(snapshot: Snapshot, one: Container) -> bool:
    finished = seconds(text(one.status, "lastState", "terminated", "finishedAt"))
    return one.restarts >= FLAPPING_RESTARTS and snapshot.age(finished) < FLAPPING_SECONDS


def _is_sick(snapshot: Snapshot, pod: Obj, all_containers: tuple[Container, ...]) -> bool:
    if pod.deleted is not None:
        grace = pod.number("metadata", "deletionGracePeriodSeconds")
        return snapshot.age(pod.deleted) > grace + DELETION_SECONDS
    phase = pod.text("status", "phase")
    if phase == "Succeeded":
        return False
    if phase == "Failed":
        return not _is_left_over(snapshot, pod)
    if phase == "Pending" and not pod.text("spec", "nodeName"):
        return _waits_in_vain(snapshot, pod)
    return _is_unwell(snapshot, pod, all_containers)


def _is_left_over(snapshot: Snapshot, pod: Obj) -> bool:
    """A failed pod whose controller has made up for it."""
    owner = pod.controller()
    if not owner:
        return _ended_long_ago(snapshot, pod)
    if text(owner, "kind") == "Job":
        return True  # its Job says how it went, and the rules for Jobs look at its pods
    above = snapshot.workload(pod)
    wanted = above.get("spec", "replicas")
    wanted = wanted if isinstance(wanted, int) else number(above.raw, "status", "desiredNumberScheduled")
    ready = sum(is_ready(one) for one in snapshot.pods_of(above) if one.deleted is None)
    return above.ref != pod.ref and ready >= wanted


def _ended_long_ago(snapshot: Snapshot, pod: Obj) -> bool:
    """A pod of its own that failed a day ago is something that somebody did by hand, and left."""
    ends = [seconds(text(one, "state", "terminated", "finishedAt")) for one in pod.items("status", "containerStatuses")]
    known = [end for end in ends if end is not None]
    return bool(known) and snapshot.age(max(known)) > LEFT_SECONDS


def _waits_in_vain(snapshot: Snapshot, pod: Obj) -> bool:
    if snapshot.events(pod.ref, "TriggeredScaleUp", within=600):
        return False
    return snapshot.age(pod.created) > UNSCHEDULED_SECONDS


def _is_unwell(snapshot: Snapshot, pod: Obj, all_containers: tuple[Container, ...]) -> bool:
    if any(one.reason in _HOPELESS for one in all_containers):
        return True
    if any(_flapping(snapshot, one) for one in all_containers):
        return True
    young = snapshot.age(pod.created) < START_SECONDS
    crashing = any(one.reason == "CrashLoopBackOff" for one in all_containers)
    if not crashing and not is_ready(pod) and _is_behind_older_pods(snapshot, pod, all_containers):
        return True
    if young:
        return crashing and any(one.restarts >= FLAPPING_RESTARTS for one in all_containers)
    if crashing:
        return True
    if is_ready(pod):
        return False
    if _has_partly_ended(pod, all_containers):
        return _job_is_held(snapshot, pod, all_containers)
    changed = seconds(text(pod.condition("Ready"), "lastTransitionTime"))
    return snapshot.age(changed) > 30 and not any(_may_still_start(snapshot, one) for one in all_containers)


def _has_partly_ended(pod: Obj, all_containers: tuple[Container, ...]) -> bool:
    """Whether a pod that runs to its end waits for some of its containers only, and those are well."""
    if pod.text("spec", "restartPolicy") in {"", "Always"}:
        return False
    open_ones = [one for one in all_containers if not has_succeeded(one)]
    return len(open_ones) < len(all_containers) and all(one.ready for one in open_ones)


def has_succeeded(one: Container) -> bool:
    """Whether it has ended with exit code 0 and is not started again."""
    return mapping(one.status, "state", "terminated").get("exitCode") == 0


def _job_is_held(snapshot: Snapshot, pod: Obj, all_containers: tuple[Container, ...]) -> bool:
    """Whether the work was done long ago, and only what accompanied it runs on."""
    ends = [seconds(text(one.ended, "finishedAt")) for one in all_containers if not one.init and has_succeeded(one)]
    known = [end for end in ends if end is not None]
    return bool(known) and snapshot.age(max(known)) > HELD_SECONDS and text(pod.controller(), "kind") == "Job"


def _may_still_start(snapshot: Snapshot, one: Container) -> bool:
    """Whether a running container is within the time that its start and readiness may take."""
    running = seconds(text(one.status, "state", "running", "startedAt"))
    if running is None or one.ready:
        return False
    if one.restarts:
        return False
    allowed = START_SECONDS
    for probe in (mapping(one.spec, "startupProbe"), mapping(one.spec, "readinessProbe")):
        allowed = max(allowed, _seconds_allowed_by(probe))
    return snapshot.age(running) < allowed


def _seconds_allowed_by(probe: Raw) -> float:
    """How long a probe may fail before its threshold is reached; 0 without a probe."""
    period = number(probe, "periodSeconds") or 10
    return number(probe, "initialDelaySeconds") + period * (number(probe, "failureThreshold") or 3) if probe else 0.0


def _is_behind_older_pods(snapshot: Snapshot, pod: Obj, all_containers: tuple[Container, ...]) -> bool:
    """Whether a new revision's pod fails its readiness probes for longer than the ready pods before it took to start.

    It has to fail past the probe's own threshold, and for OLDER_STARTS times the slowest of their starts. A start whose
    time is not known, or that was slow, leaves it at START_SECONDS.
    """
    waiting = [one for one in all_containers if not one.ready]
    probed = [one for one in waiting if mapping(one.spec, "readinessProbe") and one.status.get("started") is not False]
    failures = sum(
        one.count for one in snapshot.events(pod.ref, "Unhealthy") if one.message.lower().startswith("readiness probe")
    )
    if not failures or not probed or len(probed) < len(waiting):
        return False
    slowest = _slowest_start_of_older_pods(snapshot, pod)
    if slowest is None:
        return False
    for one in probed:
        probe, since = mapping(one.spec, "readinessProbe"), seconds(text(one.status, "state", "running", "startedAt"))
        allowed = max(_seconds_allowed_by(probe), OLDER_STARTS * slowest)
        if since is None or failures < (number(probe, "failureThreshold") or 3) or snapshot.age(since) <= allowed:
            return False
    return True


def _slowest_start_of_older_pods(snapshot: Snapshot, pod: Obj) -> float | None:
    """Seconds from creation to readiness of the other revisions' ready pods; None where there are none."""
    owner = pod.controller()
    if text(owner, "kind") != "ReplicaSet":
        return None
    starts = [
        became - one.created
        for one in snapshot.pods_of(snapshot.workload(pod))
        if text(one.controller(), "name") != text(owner, "name")
        and one.deleted is None
        and is_ready(one)
        and one.created is not None
        and (became := seconds(text(one.condition("Ready"), "lastTransitionTime"))) is not None
    ]
    return max(starts, default=None)
