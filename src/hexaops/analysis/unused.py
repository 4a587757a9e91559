"""What has ended or belongs to nothing: Jobs, pods and ReplicaSets from rows, claims and ConfigMaps by who names them.

Nothing here decides that something may be deleted: an object that no object names may still be read through the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from hexaops.analysis.diagnosis.objects import items, mapping, text
from hexaops.analysis.diagnosis.rules.references import references_of
from hexaops.backends.kubernetes.rows import JobRow, PodRow, WorkloadRow

UnusedKind = Literal["Job", "Pod", "ReplicaSet", "PersistentVolumeClaim", "ConfigMap"]
TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "ControllerRevision": ("data", "spec", "template", "spec"),
}
"""Kinds whose pods, present, past or to come, name claims and ConfigMaps → where their pod spec is."""
KEEPERS = ("argocd.argoproj.io/", "kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "meta.helm.sh/")
"""Prefixes of labels and annotations of tools that would put a deleted object back, or miss it."""
CLUSTERS_OWN = "kube-root-ca.crt"
Raw = Mapping[str, Any]


class Unused(msgspec.Struct, frozen=True):
    """An object that nothing needs any more."""

    kind: UnusedKind
    namespace: str
    name: str
    uid: str
    reason: str
    since: float
    """Seconds since 1970: when it ended, else when it was created."""


def finished_jobs(rows: Iterable[JobRow]) -> list[Unused]:
    """Jobs that completed or failed and that no CronJob keeps as its history."""
    found = []
    for row in rows:
        ended = next(
            (one for one in row.conditions if one.type in {"Complete", "Failed"} and one.status == "True"), None
        )
        if ended is not None and not row.owner_kind:
            verb = "completed" if ended.type == "Complete" else "failed"
            since = row.completed_at or ended.since or row.created_at
            found.append(Unused("Job", row.namespace, row.name, row.uid, f"The Job has {verb}", since))
    return found


def orphaned_replica_sets(rows: Iterable[WorkloadRow]) -> list[Unused]:
    """ReplicaSets that nothing owns and that want and have no pods; a Deployment's old revisions are its history."""
    return [
        Unused("ReplicaSet", row.namespace, row.name, row.uid, "Nothing owns it, and it has no pods", row.created_at)
        for row in rows
        if not row.owner_kind and row.desired == 0 and row.current == 0
    ]


def finished_pods(rows: Iterable[PodRow]) -> list[Unused]:
    """Pods that have ended and that nothing owns."""
    return [
        Unused("Pod", row.namespace, row.name, row.uid, f"The pod has ended ({row.phase}) and nothing owns it",
               row.created_at)
        for row in rows
        if row.phase in {"Succeeded", "Failed"} and not row.owner_kind
    ]  # fmt: skip


def unclaimed_volumes(claims: Iterable[Raw], named_by: Mapping[str, Sequence[Raw]]) -> list[Unused]:
    """PersistentVolumeClaims that no pod, template or StatefulSet's volume template names."""
    used = {name for spec in _pod_specs(named_by) for name in _claims_of(spec)}
    prefixes = [
        f"{text(template, 'metadata', 'name')}-{text(one, 'metadata', 'name')}-"
        for one in named_by.get("StatefulSet", ())
        for template in items(one, "spec", "volumeClaimTemplates")
    ]
    return [
        _unused("PersistentVolumeClaim", one, "No pod or workload names it")
        for one in claims
        if not _kept(one) and (name := text(one, "metadata", "name")) not in used
        and not any(name.startswith(prefix) for prefix in prefixes)
    ]  # fmt: skip


def unnamed_config_maps(maps: Iterable[Raw], named_by: Mapping[str, Sequence[Raw]]) -> list[Unused]:
    """ConfigMaps that no pod or template names; only their metadata is looked at."""
    used = {
        one.name for spec in _pod_specs(named_by) for one in references_of(spec, optional=True)
        if one.kind == "ConfigMap"
    }  # fmt: skip
    return [
        _unused("ConfigMap", one, "No pod or workload names it")
        for one in maps
        if not _kept(one) and text(one, "metadata", "name") not in used | {CLUSTERS_OWN}
    ]


def is_kept(labels: Mapping[str, str], annotations: Mapping[str, str]) -> bool:
    """Whether a deployment tool keeps the object."""
    return any(key.startswith(KEEPERS) for key in (*labels, *annotations))


def _kept(one: Raw) -> bool:
    """An owner's object goes with its owner; one that is being deleted is on its way."""
    metadata = mapping(one, "metadata")
    return (
        bool(items(metadata, "ownerReferences"))
        or "deletionTimestamp" in metadata
        or is_kept(mapping(metadata, "labels"), mapping(metadata, "annotations"))
    )


def _pod_specs(named_by: Mapping[str, Sequence[Raw]]) -> Iterator[Raw]:
    for kind, objects in named_by.items():
        for one in objects:
            yield mapping(one, *TEMPLATES[kind])


def _claims_of(spec: Raw) -> Iterator[str]:
    for volume in items(spec, "volumes"):
        if name := text(volume, "persistentVolumeClaim", "claimName"):
            yield name


def _unused(kind: UnusedKind, one: Raw, reason: str) -> Unused:
    created = text(one, "metadata", "creationTimestamp")
    since = datetime.fromisoformat(created).timestamp() if created else 0.0
    return Unused(
        kind, text(one, "metadata", "namespace"), text(one, "metadata", "name"), text(one, "metadata", "uid"),
        reason, since,
    )  # fmt: skip
