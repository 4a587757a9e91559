"""One Kubernetes object as the API server returns it, read without trusting its shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeGuard

from hexaops.analysis.diagnosis.model import Ref
from hexaops.kit.quantities import parse_quantity

Raw = Mapping[str, Any]
_NONE: Raw = {}


def dig(raw: object, *path: str) -> Any:
    """The value at the path, or None where anything on the way is absent."""
    for key in path:
        if not _is_mapping(raw):
            return None
        raw = raw.get(key)
    return raw


def _is_mapping(raw: object) -> TypeGuard[Raw]:
    return type(raw) is dict or isinstance(raw, Mapping)  # nearly all are dicts, and asking an ABC takes its time


def mapping(raw: object, *path: str) -> Raw:
    """The mapping at the path, or an empty one."""
    found = dig(raw, *path)
    return found if _is_mapping(found) else _NONE


def items(raw: object, *path: str) -> list[Raw]:
    """The mappings in the list at the path."""
    found = dig(raw, *path)
    if found is None:
        return []
    is_list = type(found) is list or (isinstance(found, Sequence) and not isinstance(found, str))
    return [one for one in found if _is_mapping(one)] if is_list else []


def strings(raw: object, *path: str) -> list[str]:
    """The texts in the list at the path."""
    found = dig(raw, *path)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def text(raw: object, *path: str) -> str:
    """The text at the path, or an empty one."""
    found = dig(raw, *path)
    return found if isinstance(found, str) else ""


def number(raw: object, *path: str) -> int:
    """The whole number at the path, or 0."""
    found = dig(raw, *path)
    return int(found) if isinstance(found, (int, float)) else 0


def quantity(value: object) -> float | None:
    """A Kubernetes quantity as a number, or None."""
    try:
        return parse_quantity(value) if isinstance(value, (str, int, float)) and value != "" else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def seconds(stamp: str) -> float | None:
    """An RFC 3339 time as seconds since 1970, or None."""
    try:
        return datetime.fromisoformat(stamp).timestamp() if stamp else None
    except ValueError:
        return None


class Obj:
    """An object with its identity at hand."""

    __slots__ = ("kind", "labels", "name", "namespace", "raw", "ref")

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.kind = text(raw, "kind")
        self.namespace = text(raw, "metadata", "namespace")
        self.name = text(raw, "metadata", "name")
        self.ref = Ref(self.kind, self.namespace, self.name)
        labels = mapping(raw, "metadata", "labels")
        self.labels = {key: value for key, value in labels.items() if isinstance(value, str)}

    def get(self, *path: str) -> Any:
        """The value at the path, or None."""
        return dig(self.raw, *path)

    def text(self, *path: str) -> str:
        """The text at the path, or an empty one."""
        return text(self.raw, *path)

    def number(self, *path: str) -> int:
        """The number at the path, or 0."""
        return number(self.raw, *path)

    def items(self, *path: str) -> list[Raw]:
        """The mappings in the list at the path."""
        return items(self.raw, *path)

    def mapping(self, *path: str) -> Raw:
        """The mapping at the path, or an empty one."""
        return mapping(self.raw, *path)

    @property
    def group(self) -> str:
        """API group; empty for core/v1."""
        return self.text("apiVersion").rpartition("/")[0]

    @property
    def annotations(self) -> Raw:
        """Its annotations."""
        return self.mapping("metadata", "annotations")

    @property
    def created(self) -> float | None:
        """When it was made."""
        return seconds(self.text("metadata", "creationTimestamp"))

    @property
    def deleted(self) -> float | None:
        """Since when it is being deleted."""
        return seconds(self.text("metadata", "deletionTimestamp"))

    def condition(self, kind: str) -> Raw:
        """The condition of this type, or an empty one."""
        return next((one for one in self.items("status", "conditions") if one.get("type") == kind), _NONE)

    def controller(self) -> Raw:
        """The owner reference of its controller, or an empty one."""
        owners = self.items("metadata", "ownerReferences")
        return next((one for one in owners if one.get("controller")), owners[0] if owners else _NONE)


def containers(spec: Raw) -> Iterator[Raw]:
    """Init and ordinary containers of a pod's spec."""
    yield from items(spec, "initContainers")
    yield from items(spec, "containers")


def template_spec(workload: Obj) -> Raw:
    """The pod spec that a workload's pods get; of a Pod its own."""
    if workload.kind == "Pod":
        return workload.mapping("spec")
    if workload.kind == "CronJob":
        return workload.mapping("spec", "jobTemplate", "spec", "template", "spec")
    return workload.mapping("spec", "template", "spec")


def template_labels(workload: Obj) -> Raw:
    """The labels that a workload's pods get."""
    return workload.labels if workload.kind == "Pod" else workload.mapping("spec", "template", "metadata", "labels")


def spec_path(workload: Obj) -> str:
    """Where the pod spec stands in the workload."""
    return {"Pod": "spec", "CronJob": "spec.jobTemplate.spec.template.spec"}.get(workload.kind, "spec.template.spec")
