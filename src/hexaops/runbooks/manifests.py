"""Manifests of a backup: what creating them anew needs, and how an object that is there differs from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import FieldChange, Fields

KEPT_METADATA = ("name", "namespace", "labels", "annotations")
"""Finalizers and owners are left out: a garbage collector would delete what is owned by a uid that is gone."""
SERVERS_ANNOTATIONS = (
    "deployment.kubernetes.io/", "deprecated.daemonset.template.generation", "pv.kubernetes.io/",
    "volume.kubernetes.io/", "volume.beta.kubernetes.io/storage-provisioner", "autoscaling.alpha.kubernetes.io/",
)  # fmt: skip
"""Set by controllers about the object that was there."""
DEPTHS = {"/spec/template": 4, "/metadata": 3}
"""How deep fields are compared: `/spec/template/spec/containers`, `/metadata/labels/KEY`; else `/data/KEY`."""


def creatable(document: Mapping[str, Any]) -> Fields:
    """The manifest without what the server gave the object: identity, addresses, ports of nodes, a volume."""
    kind, spec = document["kind"], dict(document.get("spec") or {})
    if kind == "Service":
        if spec.get("clusterIP") != "None":
            spec.pop("clusterIP", None)
            spec.pop("clusterIPs", None)
        spec.pop("healthCheckNodePort", None)
        spec["ports"] = [_without(port, "nodePort") for port in spec.get("ports") or ()]
    elif kind == "PersistentVolumeClaim":
        for given in ("volumeName", "dataSource", "dataSourceRef"):  # what it was made of may be gone
            spec.pop(given, None)
    return {**replaceable(document), **({"spec": spec} if spec else {})}


def replaceable(document: Mapping[str, Any]) -> Fields:
    """The parts of a manifest that an object which is there can be given."""
    metadata = {key: document["metadata"][key] for key in KEPT_METADATA if document["metadata"].get(key)}
    if kept := {
        key: value
        for key, value in (metadata.pop("annotations", None) or {}).items()
        if not key.startswith(SERVERS_ANNOTATIONS)
    }:
        metadata["annotations"] = kept
    rest = {key: value for key, value in document.items() if key not in {"metadata", "status"}}
    return {**rest, "metadata": metadata}


def comparable(document: Mapping[str, Any]) -> Fields:
    """What is compared with what is there: not the replicas, which are an action's or an autoscaler's."""
    found = replaceable(document)
    metadata = {"labels": {}, "annotations": {}, **found["metadata"]}
    spec = dict(found.get("spec") or {})
    for name in ("clusterIP", "clusterIPs", "healthCheckNodePort", "replicas"):
        spec.pop(name, None)
    return {**found, "metadata": metadata, **({"spec": spec} if "spec" in found else {})}


def merge_patch(old: Any, new: Any) -> Any:
    """A merge patch whose result is exactly the new value: what only the old one has becomes null."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    patch = dict.fromkeys(old.keys() - new.keys())
    return patch | {key: merge_patch(old.get(key), value) for key, value in new.items() if old.get(key) != value}


def differing(live: LiveObject, old: Fields, new: Fields) -> tuple[FieldChange, ...]:
    """The fields in which two comparable manifests differ; before is as the object has it."""
    return tuple(
        FieldChange(path, live.field(path), after)
        for path, after in _differences("", old, new, 0)
        if live.field(path) != after
    )


def has(found: Any, wanted: Any) -> bool:
    """Whether all of a manifest is in what the server returned; the server may have added fields."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(has(found.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(has(one, other) for one, other in zip(found, wanted, strict=True))
    return bool(found == wanted)


def _differences(path: str, old: Any, new: Any, depth: int) -> Iterator[tuple[str, Any]]:
    deepest = next((most for start, most in DEPTHS.items() if path.startswith(start)), 2)
    if depth >= deepest or not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield path, new
        return
    for key in sorted({*old, *new}):
        escaped = key.replace("~", "~0").replace("/", "~1")
        yield from _differences(f"{path}/{escaped}", old.get(key), new.get(key), depth + 1)


def _without(value: Mapping[str, Any], name: str) -> Fields:
    return {key: one for key, one in value.items() if key != name}
