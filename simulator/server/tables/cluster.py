"""Rows of the cluster's own things: nodes, namespaces, events, volumes, quotas, configuration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.server.tables.text import NONE, UNKNOWN, access_modes, age, name, since

Object = dict[str, Any]
_ROLE = "node-role.kubernetes.io/"


def node_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a node."""
    status, labels = obj.get("status") or {}, obj["metadata"].get("labels") or {}
    ready = next((item for item in status.get("conditions") or () if item["type"] == "Ready"), None)
    state = "Unknown" if ready is None else "Ready" if ready["status"] == "True" else "NotReady"
    if (obj.get("spec") or {}).get("unschedulable"):
        state += ",SchedulingDisabled"
    roles = sorted(label.removeprefix(_ROLE) for label in labels if label.startswith(_ROLE))
    if labels.get("kubernetes.io/role"):
        roles = sorted({*roles, labels["kubernetes.io/role"]})
    addresses = {item["type"]: item["address"] for item in reversed(status.get("addresses") or [])}
    told = status.get("nodeInfo") or {}
    kernel = told.get("kernelVersion") or UNKNOWN
    if told.get("architecture") and told.get("kernelVersion"):
        kernel = f"{kernel} ({told['architecture']})"
    return [
        name(obj), state, ",".join(roles) or NONE, age(obj, now), told.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE), addresses.get("ExternalIP", NONE), told.get("osImage") or UNKNOWN,
        kernel, told.get("containerRuntimeVersion") or UNKNOWN,
    ]  # fmt: skip


def namespace_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a namespace."""
    return [name(obj), (obj.get("status") or {}).get("phase", ""), age(obj, now)]


def event_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of an event."""
    about = obj.get("involvedObject") or {}
    source, series = obj.get("source") or {}, obj.get("series") or {}
    moment = obj.get("eventTime")
    first = since(obj.get("firstTimestamp") or moment, now)
    last = since(series.get("lastObservedTime") or obj.get("lastTimestamp"), now) if (
        series or obj.get("lastTimestamp")
    ) else first  # fmt: skip
    shown = [source.get("component") or obj.get("reportingComponent") or ""]
    host = source.get("host") or obj.get("reportingInstance")
    if host:
        shown.append(host)
    target = f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}"
    return [
        last, obj.get("type", ""), obj.get("reason", ""), target,
        about.get("fieldPath", ""), ", ".join(shown), str(obj.get("message", "")).strip(), first,
        series.get("count") or obj.get("count") or 1, name(obj),
    ]  # fmt: skip


def claim_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a volume claim."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    capacity, modes = "", ""
    if spec.get("volumeName"):
        capacity = (status.get("capacity") or {}).get("storage", "")
        modes = access_modes(status.get("accessModes") or ())
    phase = "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", "")
    return [
        name(obj), phase, spec.get("volumeName", ""), capacity, modes, spec.get("storageClassName", ""),
        spec.get("volumeAttributesClassName") or "<unset>", age(obj, now), spec.get("volumeMode") or "<unset>",
    ]  # fmt: skip


def volume_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a volume."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    claim = spec.get("claimRef")
    phase = "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", "")
    return [
        name(obj), (spec.get("capacity") or {}).get("storage", ""), access_modes(spec.get("accessModes") or ()),
        spec.get("persistentVolumeReclaimPolicy", ""), phase, f"{claim['namespace']}/{claim['name']}" if claim else "",
        spec.get("storageClassName", ""), spec.get("volumeAttributesClassName") or "<unset>",
        status.get("reason", ""), age(obj, now), spec.get("volumeMode") or "<unset>",
    ]  # fmt: skip


def quota_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a quota."""
    status = obj.get("status") or {}
    hard = status.get("hard") or (obj.get("spec") or {}).get("hard") or {}
    used = status.get("used") or {}
    requests: list[str] = []
    limits: list[str] = []
    for resource in sorted(hard):
        text = f"{resource}: {used.get(resource, '0')}/{hard[resource]}"
        (limits if resource.startswith("limits.") else requests).append(text)
    return [name(obj), ", ".join(requests), ", ".join(limits), age(obj, now)]


def limit_range_row(obj: Object, now: datetime) -> list[Any]:  # noqa: ARG001 - every row function takes the time
    """The cells of a limit range."""
    return [name(obj), obj["metadata"].get("creationTimestamp")]


def data_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a config map."""
    return [name(obj), len(obj.get("data") or ()) + len(obj.get("binaryData") or ()), age(obj, now)]


def secret_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a secret."""
    return [name(obj), obj.get("type", ""), len(obj.get("data") or ()), age(obj, now)]


def plain_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of an object that has no more than a name and an age."""
    return [name(obj), age(obj, now)]


def lease_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a lease."""
    return [name(obj), (obj.get("spec") or {}).get("holderIdentity", ""), age(obj, now)]


def storage_class_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a storage class."""
    annotations = obj["metadata"].get("annotations") or {}
    default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    return [
        f"{name(obj)} (default)" if default else name(obj), obj.get("provisioner", ""),
        obj.get("reclaimPolicy", "Delete"), obj.get("volumeBindingMode", "Immediate"),
        bool(obj.get("allowVolumeExpansion")), age(obj, now),
    ]  # fmt: skip
