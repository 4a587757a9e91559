"""Pods: the most numerous kind, so the one where each microsecond and byte counts."""

from __future__ import annotations

import string

import msgspec

from hexaops.backends.kubernetes.decoding.interning import Interner
from hexaops.backends.kubernetes.decoding.podspec import PodSpecWire, claims_of, resources_of
from hexaops.backends.kubernetes.decoding.wire import (
    ConditionWire,
    MetaWire,
    Wire,
    cap,
    created_at,
    owner_of,
)
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.backends.kubernetes.times import parse_moment

_CALM = ("ContainerCreating", "PodInitializing")
"""Reasons to wait that every starting pod has."""
_LONGEST_PATH = 200
_PATH_LETTERS = frozenset(string.ascii_letters + string.digits + "-_.~")


class ScrapeWire(Wire):
    """The annotations that Prometheus' configurations for Kubernetes go by; the others are passed over."""

    scrape: str | None = msgspec.field(name="prometheus.io/scrape", default=None)
    port: str | None = msgspec.field(name="prometheus.io/port", default=None)
    path: str | None = msgspec.field(name="prometheus.io/path", default=None)
    scheme: str | None = msgspec.field(name="prometheus.io/scheme", default=None)


class PodMetaWire(MetaWire):
    annotations: ScrapeWire | None = None


class WaitingWire(Wire):
    reason: str | None = None
    message: str | None = None


class RunningWire(Wire):
    started_at: str | None = None


class TerminatedWire(Wire):
    exit_code: int = 0
    reason: str | None = None
    message: str | None = None
    finished_at: str | None = None


class StateWire(Wire):
    waiting: WaitingWire | None = None
    running: RunningWire | None = None
    terminated: TerminatedWire | None = None


class ContainerStatusWire(Wire):
    name: str = ""
    ready: bool = False
    restart_count: int = 0
    state: StateWire | None = None
    last_state: StateWire | None = None


class PodStatusWire(Wire):
    phase: str = ""
    reason: str | None = None
    message: str | None = None
    pod_ip: str = msgspec.field(name="podIP", default="")
    start_time: str | None = None
    conditions: list[ConditionWire] | None = None
    container_statuses: list[ContainerStatusWire] | None = None
    init_container_statuses: list[ContainerStatusWire] | None = None


class PodWire(Wire):
    metadata: PodMetaWire = msgspec.field(default_factory=PodMetaWire)
    spec: PodSpecWire = msgspec.field(default_factory=PodSpecWire)
    status: PodStatusWire = msgspec.field(default_factory=PodStatusWire)


def pod_row(pod: PodWire, interner: Interner) -> PodRow:
    """The compact row."""
    meta, spec, status = pod.metadata, pod.spec, pod.status
    statuses = status.container_statuses or []
    owner = owner_of(meta)
    deleting = meta.deletion_timestamp is not None
    is_ready, ready_since = _readiness(status)
    reason, message = _reason(pod, statuses, deleting=deleting)
    restarts, restarted_at, ended = _restarts(pod, statuses)
    totals = resources_of(spec)
    containers = spec.containers or []
    share = interner.share
    text = interner.text
    return PodRow(
        kind="Pod",
        uid=meta.uid,
        namespace=text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        phase=text(status.phase),
        reason=text(reason),
        message=message,
        ready=is_ready and not deleting,
        ready_since=ready_since,
        ready_containers=sum(item.ready for item in statuses),
        containers=len(containers),
        container_names=share(tuple([item.name for item in containers])),
        restarts=restarts,
        last_restart_at=restarted_at,
        last_exit_code=ended.exit_code if ended else None,
        last_terminated_reason=text(ended.reason or "Error") if ended else "",
        node=text(spec.node_name),
        ip=status.pod_ip,
        owner_kind=text(owner.kind),
        owner_name=text(owner.name),
        owner_uid=text(owner.uid),
        images=share(tuple([item.image for item in containers])),
        claims=share(claims_of(spec)),
        deleting=deleting,
        started_at=parse_moment(status.start_time),
        cpu_request=totals.cpu_request,
        cpu_limit=totals.cpu_limit,
        memory_request=totals.memory_request,
        memory_limit=totals.memory_limit,
        scrape=text(_scrape(meta.annotations)),
    )


def _scrape(asked: ScrapeWire | None) -> str:
    if asked is None or asked.scrape != "true" or not asked.port or not asked.port.isdecimal():
        return ""
    if asked.scheme not in {None, "http"}:  # the API server does not know which certificates to trust
        return ""
    path = (asked.path or "metrics").strip("/")
    # It becomes a part of a path of the API server: nothing may lead out of the pod.
    plain = all(part.strip(".") and set(part) <= _PATH_LETTERS for part in path.split("/"))
    return f"{int(asked.port)}/{path}" if plain and len(path) <= _LONGEST_PATH and int(asked.port) < 65_536 else ""


def _readiness(status: PodStatusWire) -> tuple[bool, float | None]:
    for condition in status.conditions or ():
        if condition.type == "Ready":
            return condition.status == "True", parse_moment(condition.last_transition_time)
    return False, None


def _restarts(pod: PodWire, statuses: list[ContainerStatusWire]) -> tuple[int, float | None, TerminatedWire | None]:
    """Number of restarts, when the last one was, and the latest termination of a container."""
    counted = statuses
    sidecars = {item.name for item in pod.spec.init_containers or () if item.restart_policy == "Always"}
    if sidecars:
        counted = counted + [item for item in pod.status.init_container_statuses or () if item.name in sidecars]
    restarts = 0
    restarted_at: float | None = None
    latest: TerminatedWire | None = None
    for item in counted:
        now = item.state.terminated if item.state else None
        before = item.last_state.terminated if item.last_state else None
        for ended in (before, now):
            if ended and (latest is None or (ended.finished_at or "") >= (latest.finished_at or "")):
                latest = ended
        if item.restart_count:
            restarts += item.restart_count
            moment = _restarted_at(item, before)
            if moment is not None and (restarted_at is None or moment > restarted_at):
                restarted_at = moment
    return restarts, restarted_at, latest


def _restarted_at(item: ContainerStatusWire, before: TerminatedWire | None) -> float | None:
    if item.state and item.state.running:
        return parse_moment(item.state.running.started_at)
    return parse_moment(before.finished_at) if before else None


def _reason(pod: PodWire, statuses: list[ContainerStatusWire], *, deleting: bool) -> tuple[str, str]:
    """The most telling reason with its message, in kubectl's order of precedence; "" when all is well."""
    status = pod.status
    if status.reason:
        return status.reason, cap(status.message)
    waits: tuple[str, str] | None = None
    for item in (*(status.init_container_statuses or ()), *statuses):
        state = item.state
        if state is None:
            continue
        if state.waiting and state.waiting.reason:
            found = (state.waiting.reason, cap(state.waiting.message))
            if found[0] not in _CALM:
                return found
            waits = waits or found
        elif state.terminated and state.terminated.exit_code:
            return state.terminated.reason or "Error", cap(state.terminated.message)
    if deleting:
        return "Terminating", ""
    return _from_conditions(status, waits)


def _from_conditions(status: PodStatusWire, waits: tuple[str, str] | None) -> tuple[str, str]:
    ready: ConditionWire | None = None
    for condition in status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False":
            return condition.reason or "Unschedulable", cap(condition.message)
        if condition.type == "Ready":
            ready = condition
    if waits:
        return waits
    if status.phase == "Running" and ready and ready.status != "True":
        return ready.reason or "NotReady", cap(ready.message)
    return "", ""
