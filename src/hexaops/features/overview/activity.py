"""What happened lately in a workspace: releases, scalings, warnings and our own operations, the newest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.rows import EventRow, NodeRow, WorkloadRow
from hexaops.features.overview.issues import issue_word
from hexaops.features.runs.queries import OperationSummary

SHOWN = 20
WINDOW_SECONDS = 24 * 3600.0
_SAME_ROLLOUT_SECONDS = 120.0
"""Events about several ReplicaSets of a Deployment within this time are one rollout, not scalings."""
_REVISION = "deployment.kubernetes.io/revision"
_SCALED = re.compile(
    r"Scaled (?:up|down) replica set (\S{1,253}) "
    r"(?:from (?P<a>\d{1,9}) to (?P<b>\d{1,9})|to (?P<c>\d{1,9}) from (?P<d>\d{1,9}))"
)

_Scaling: TypeAlias = tuple[EventRow, re.Match[str]]


class Activity(Struct, frozen=True):
    """One thing that happened. Texts of the cluster are as they came."""

    at: float
    type: str
    resource: str
    action: str
    details: str
    by: str = ""
    """Who asked for it, where that is known."""


def latest_release(
    applications: Sequence[Application], replica_sets: Iterable[WorkloadRow], events: Iterable[EventRow] = ()
) -> Activity | None:
    """When the current revision of a Deployment became current, the latest of all; None where none is known.

    A rollback makes an old ReplicaSet current again: only events of its rollout tell when, as long as they are kept.
    """
    owners = {one.workload.uid: one for one in applications}
    sets = _owned(owners, replica_sets)
    scalings = _scaling_events(events, sets)
    found = (_release(owners[uid].name, rows, scalings.get(uid, ())) for uid, rows in sets.items())
    return max(filter(None, found), key=lambda one: one.at, default=None)


def _release(name: str, rows: Sequence[WorkloadRow], scalings: Sequence[_Scaling]) -> Activity | None:
    current = max(rows, key=lambda row: (_revision(row), row.created_at))
    made = Activity(current.created_at, "deployment", name, "rolled_out", ", ".join(current.images))
    if current is max(rows, key=lambda row: row.created_at):
        return made
    began = [
        event.last_seen
        for event, match in scalings
        if match[1] == current.name and "0" in (match["a"], match["d"]) and _is_rollout(event, match[1], scalings, rows)
    ]
    return replace(made, at=max(began)) if began else None


def _revision(row: WorkloadRow) -> int:
    revision = row.annotations.get(_REVISION, "")
    return int(revision) if revision.isdecimal() else 0


def _owned(owners: Mapping[str, Application], replica_sets: Iterable[WorkloadRow]) -> dict[str, list[WorkloadRow]]:
    sets: dict[str, list[WorkloadRow]] = {}
    for row in replica_sets:
        if row.owner_uid in owners:
            sets.setdefault(row.owner_uid, []).append(row)
    return sets


def recent_activity(
    applications: Sequence[Application],
    *,
    replica_sets: Iterable[WorkloadRow],
    events: Iterable[EventRow],
    operations: Iterable[OperationSummary],
    nodes: Iterable[NodeRow] = (),
    now: float,
    window_seconds: float = WINDOW_SECONDS,
    most: int = SHOWN,
) -> list[Activity]:
    """The latest of the last 24 hours, or of another window."""
    by_deployment = {one.workload.uid: one for one in applications}
    sets = _owned(by_deployment, replica_sets)
    names = {pod.uid: one.name for one in applications for pod in one.pods}
    names |= {row.uid: by_deployment[uid].name for uid, rows in sets.items() for row in rows}
    names |= {uid: one.name for uid, one in by_deployment.items()}
    known = [*events]
    found = [*_releases(by_deployment, sets), *_scalings(known, sets), *_warnings(known, names)]
    found += _operations(operations, {one.id: one.name for one in applications})
    found += _nodes(nodes)
    late = [one for one in found if one.at >= now - window_seconds]
    return sorted(late, key=lambda one: one.at, reverse=True)[:most]


def _releases(owners: Mapping[str, Application], sets: Mapping[str, Sequence[WorkloadRow]]) -> Iterator[Activity]:
    for uid, rows in sets.items():
        first = min(rows, key=lambda row: row.created_at)
        for row in rows:
            revision, image = row.annotations.get(_REVISION, ""), ", ".join(row.images)
            action = "created" if row is first and revision in {"", "1"} else "rolled_out"
            details = f"Revision {revision} with image {image}" if revision else f"Image {image}"
            yield Activity(row.created_at, "deployment", owners[uid].name, action, details)


def _scalings(events: Sequence[EventRow], sets: Mapping[str, Sequence[WorkloadRow]]) -> Iterator[Activity]:
    for uid, found in _scaling_events(events, sets).items():
        for event, match in found:
            if not _is_rollout(event, match[1], found, sets[uid]):
                before, after = match["a"] or match["d"], match["b"] or match["c"]
                details = f"Scaled from {before} to {after} replicas"
                yield Activity(event.last_seen, "deployment", event.involved_name, "scaled", details)


def _scaling_events(events: Iterable[EventRow], sets: Mapping[str, Sequence[WorkloadRow]]) -> dict[str, list[_Scaling]]:
    """By Deployment, the events about the sizes of its ReplicaSets."""
    by_owner: dict[str, list[_Scaling]] = {}
    for event in events:
        if event.reason == "ScalingReplicaSet" and event.involved_uid in sets:
            match = _SCALED.match(event.message)
            if match:
                by_owner.setdefault(event.involved_uid, []).append((event, match))
    return by_owner


def _is_rollout(
    event: EventRow,
    replica_set: str,
    others: Sequence[_Scaling],
    sets: Sequence[WorkloadRow],
) -> bool:
    at = event.last_seen
    if any(abs(row.created_at - at) < _SAME_ROLLOUT_SECONDS for row in sets):
        return True
    return any(match[1] != replica_set and abs(other.last_seen - at) < _SAME_ROLLOUT_SECONDS for other, match in others)


def _warnings(events: Sequence[EventRow], names: Mapping[str, str]) -> Iterator[Activity]:
    """The latest of each reason of an application: ten failing pods are one thing that happened."""
    latest: dict[tuple[str, str], EventRow] = {}
    for event in events:
        if event.type == "Warning":
            key = names.get(event.involved_uid, event.involved_name), event.reason
            held = latest.get(key)
            if held is None or event.last_seen > held.last_seen:
                latest[key] = event
    for (resource, reason), event in latest.items():
        yield Activity(event.last_seen, "warning", resource, issue_word(reason), event.message)


def _operations(operations: Iterable[OperationSummary], names: Mapping[str, str]) -> Iterator[Activity]:
    for one in operations:
        at = (one.completed_at or one.started_at).timestamp()
        details = f"{one.description} ({one.status}), asked for by {one.requested_by}"
        name = names.get(one.resource_id, one.resource_id)
        yield Activity(at, "operation", name, one.kind, details, one.requested_by)


def _nodes(nodes: Iterable[NodeRow]) -> Iterator[Activity]:
    """When each joined, and when it last became ready or not."""
    for node in nodes:
        yield Activity(node.created_at, "node", node.name, "joined", "The node joined the cluster")
        for one in node.conditions:
            if one.type == "Ready" and one.since is not None and one.since > node.created_at:
                action = "became_ready" if one.status == "True" else "became_not_ready"
                yield Activity(one.since, "node", node.name, action, one.message or one.reason)
