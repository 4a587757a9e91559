"""Whether trouble came with a release: the newest revision's pods fail, and a revision before it differs.

The difference of the two pod templates is named, and going back is the fix.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Action, Evidence, Finding, Fix
from hexaops.analysis.diagnosis.objects import Obj, Raw, containers, items, mapping, text
from hexaops.analysis.diagnosis.pods import Sick, is_ready
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.kit.text import plain

RECENT_RELEASE = 86400.0
"""With no older pod left to compare with, only a release of the last day is blamed."""
_NOT_THE_RELEASE = frozenset(
    {
        "pod-on-lost-node",
        "registry-rate-limit",
        "registry-unreachable",
        "node-not-ready",
        "dns-down",
        "dependency-down",
        "evicted",
        "terminating-stuck",
    }
)
_OF_THE_IMAGE = frozenset({"application-error", "segfault"})
_OF_THE_PROGRAM = _OF_THE_IMAGE | {"crash", "bad-configuration", "completed-container"}
"""Causes that a release brings, and that going back removes."""
_REVISION = "deployment.kubernetes.io/revision"


def blame_release(finding: Finding, sick: Sick) -> Finding:
    """The finding with the release that it came with, if it came with one."""
    if finding.rule in _NOT_THE_RELEASE or sick.workload.kind != "Deployment":
        return finding
    new = sick.snapshot.find("ReplicaSet", sick.pod.namespace, text(sick.pod.controller(), "name"))
    old = _before(sick.snapshot, sick.workload, new) if new else None
    if new is None:
        return _go_back(finding, sick)
    if old is None:
        return finding
    changes = difference(_template(old), _template(new))
    if not changes:
        return finding
    revision = _revision(new)
    said = "; ".join(f"{name}: {before} → {after}" for name, before, after in changes[:4])
    evidence = Evidence("spec", new.ref, f"revision {revision} changed {said}")
    fix = Fix(
        Action.ROLLBACK,
        sick.workload.ref,
        f"Go back to revision {_revision(old)}, whose pods are ready"
        if _ready(sick.snapshot, old)
        else f"Go back to revision {_revision(old)}",
    )
    cause = f"{finding.cause}. It came with revision {revision} ({said})"
    return replace(finding, cause=cause, fix=fix, evidence=(*finding.evidence, evidence))


def _go_back(finding: Finding, sick: Sick) -> Finding:
    """Offer the revision before where the snapshot has no ReplicaSets to compare, and none of the newest is well."""
    revision = _revision(sick.workload)
    fresh = sick.snapshot.age(sick.pod.created) < RECENT_RELEASE
    well = any(is_ready(pod) for pod in sick.snapshot.pods_of(sick.workload) if _same_set(pod, sick.pod))
    told_by_image = finding.fix is None or finding.rule in _OF_THE_IMAGE
    if finding.rule not in _OF_THE_PROGRAM or not told_by_image or revision < 2 or not fresh or well:
        return finding
    fix = Fix(Action.ROLLBACK, sick.workload.ref, "Go back to the revision before")
    return replace(finding, fix=fix)


def _same_set(pod: Obj, other: Obj) -> bool:
    return text(pod.controller(), "name") == text(other.controller(), "name")


def _before(snapshot: Snapshot, workload: Obj, new: Obj) -> Obj | None:
    older = [
        one for one in snapshot.owned_sets(workload.ref) if one.kind == "ReplicaSet" and _revision(one) < _revision(new)
    ]
    alive = [one for one in older if _ready(snapshot, one)]
    if alive:
        return max(alive, key=_revision)
    return max(older, key=_revision) if older and snapshot.age(new.created) < RECENT_RELEASE else None


def _ready(snapshot: Snapshot, replicaset: Obj) -> bool:
    return any(is_ready(pod) for pod in snapshot.owned_pods(replicaset.ref))


def _revision(one: Obj) -> int:
    value = one.annotations.get(_REVISION)
    return int(value) if isinstance(value, str) and value.isdigit() else 0


def _template(replicaset: Obj) -> Raw:
    return mapping(replicaset.raw, "spec", "template", "spec")


def difference(old: Raw, new: Raw) -> list[tuple[str, str, str]]:
    """What differs between two pod specs: field, before, after; values of the environment are not shown."""
    before = {text(one, "name"): one for one in containers(old)}
    after = {text(one, "name"): one for one in containers(new)}
    found: list[tuple[str, str, str]] = []
    for name, one in after.items():
        was = before.get(name)
        if was is None:
            found.append((f"container {name}", "absent", "added"))
            continue
        if text(was, "image") != text(one, "image"):
            found.append(("image", text(was, "image"), text(one, "image")))
        found += _environment(was, one)
        for field in _FIELDS:
            found += _leaves(f"{name}.{field}", was.get(field), one.get(field))
    found += [(f"container {name}", "present", "removed") for name in before if name not in after]
    for field in _POD_FIELDS:
        found += _leaves(field, old.get(field), new.get(field))
    return found


def _leaves(path: str, was: object, now: object) -> list[tuple[str, str, str]]:
    """The innermost fields that differ; a list is compared as a whole."""
    if was == now:
        return []
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        keys = [*was, *(key for key in now if key not in was)]
        return [leaf for key in keys for leaf in _leaves(f"{path}.{plain(str(key), 60)}", was.get(key), now.get(key))]
    return [(path, _show(was), _show(now))]


_FIELDS = (
    "command",
    "args",
    "resources",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "envFrom",
    "volumeMounts",
    "securityContext",
    "ports",
    "lifecycle",
)
_POD_FIELDS = (
    "nodeSelector",
    "affinity",
    "tolerations",
    "serviceAccountName",
    "volumes",
    "imagePullSecrets",
    "schedulerName",
    "priorityClassName",
)


def _environment(was: Raw, one: Raw) -> list[tuple[str, str, str]]:
    old = {text(entry, "name"): entry for entry in items(was, "env")}
    new = {text(entry, "name"): entry for entry in items(one, "env")}
    found = [
        (f"env {name}", "set" if name in old else "absent", "changed" if name in old else "added")
        for name in new
        if old.get(name) != new[name]
    ]
    return found + [(f"env {name}", "set", "removed") for name in old if name not in new]


def _show(value: object) -> str:
    if value is None:
        return "absent"
    return plain(value if isinstance(value, str) else json.dumps(value, default=str), 120)
