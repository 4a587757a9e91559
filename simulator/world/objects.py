"""Reading and copying Kubernetes objects: labels, owners, conditions, pods' states.

Objects of the store are shared and read-only. Whoever changes one makes a new dict along the changed path
(`with_status`, `with_metadata`) and shares the rest: that is cheaper than a deep copy, and it is what lets ten
thousand pods fit in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from simulator.clock import format_time, parse_time
from simulator.store import Key, Object

Condition = dict[str, Any]


def key_of(resource: str, obj: Object) -> Key:
    """Where the store keeps the object."""
    metadata = obj["metadata"]
    return Key(resource, metadata.get("namespace") or "", metadata["name"])


def labels_of(obj: Object) -> dict[str, str]:
    """The labels, or an empty dict."""
    return obj["metadata"].get("labels") or {}


def annotations_of(obj: Object) -> dict[str, str]:
    """The annotations, or an empty dict."""
    return obj["metadata"].get("annotations") or {}


def with_status(obj: Object, **changes: Any) -> Object:
    """A copy with fields of the status replaced; a field that becomes None goes."""
    status = {**(obj.get("status") or {}), **changes}
    return {**obj, "status": {name: value for name, value in status.items() if value is not None}}


def with_metadata(obj: Object, **changes: Any) -> Object:
    """A copy with fields of the metadata replaced; a field that becomes None goes."""
    metadata = {**obj["metadata"], **changes}
    return {**obj, "metadata": {name: value for name, value in metadata.items() if value is not None}}


def with_annotations(obj: Object, **changes: str | None) -> Object:
    """A copy with annotations set, or removed where None."""
    merged = {**annotations_of(obj), **changes}
    kept = {name: value for name, value in merged.items() if value is not None}
    return with_metadata(obj, annotations=kept or None)


def with_spec(obj: Object, **changes: Any) -> Object:
    """A copy with fields of the spec replaced."""
    return {**obj, "spec": {**(obj.get("spec") or {}), **changes}}


def controller_of(obj: Object) -> dict[str, Any] | None:
    """The owner reference that controls the object."""
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return dict(reference)
    return None


def owner_reference(owner: Object) -> dict[str, Any]:
    """The reference that a controlled object carries."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def is_terminating(obj: Object) -> bool:
    """Whether the object is on its way out."""
    return "deletionTimestamp" in obj["metadata"]


def find_condition(obj: Object, kind: str) -> Condition | None:
    """The condition of a type in the object's status."""
    for condition in (obj.get("status") or {}).get("conditions") or ():
        if condition.get("type") == kind:
            return dict(condition)
    return None


def set_condition(
    conditions: Iterable[Condition], new: Condition, now: datetime, *, update_time: bool = False
) -> list[Condition]:
    """Conditions with one replaced or added; its transition time moves only when its status does.

    With `update_time` the condition also has `lastUpdateTime`, as those of Deployments do, which moves when the
    reason does.
    """
    stamp = format_time(now)
    result: list[Condition] = []
    found = False
    for old in conditions:
        if old.get("type") != new["type"]:
            result.append(old)
            continue
        found = True
        same = old.get("status") == new["status"]
        if same and old.get("reason") == new.get("reason") and old.get("message") == new.get("message"):
            result.append(old)
            continue
        entry = {**new, "lastTransitionTime": old["lastTransitionTime"] if same else stamp}
        if update_time:
            entry["lastUpdateTime"] = stamp
        result.append(entry)
    if not found:
        entry = {**new, "lastTransitionTime": stamp}
        if update_time:
            entry["lastUpdateTime"] = stamp
        result.append(entry)
    return result


def is_ready(pod: Object) -> bool:
    """Whether the pod's Ready condition is true."""
    return any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in (pod.get("status") or {}).get("conditions") or ()
    )


def phase_of(pod: Object) -> str:
    """The pod's phase; Pending before anyone set it."""
    return str((pod.get("status") or {}).get("phase") or "Pending")


def is_finished(pod: Object) -> bool:
    """Whether the pod's containers have all ended for good."""
    return phase_of(pod) in ("Succeeded", "Failed")


def is_active(pod: Object) -> bool:
    """Whether a controller counts the pod: neither ended nor on its way out."""
    return not is_finished(pod) and not is_terminating(pod)


def available_in_seconds(pod: Object, min_ready_seconds: int, now: datetime) -> float | None:
    """Seconds until a ready pod counts as available (0 when it does); None when it is not ready."""
    condition = find_condition(pod, "Ready")
    if condition is None or condition["status"] != "True":
        return None
    if not min_ready_seconds:
        return 0.0
    ready_for = (now - parse_time(condition["lastTransitionTime"])).total_seconds()
    return max(0.0, min_ready_seconds - ready_for)


def container_names(pod: Object) -> list[str]:
    """The names of the pod's containers, in order."""
    return [container["name"] for container in pod["spec"].get("containers") or ()]


def template_hash(template: Object, salt: int = 0) -> str:
    """Ten characters or fewer that stand for a pod template, in the real controllers' alphabet.

    FNV-1a as there, but over canonical JSON, so the values differ from a real cluster's.
    """
    return encode_hash(json.dumps(template, sort_keys=True, separators=(",", ":")) + (str(salt) if salt else ""))


def encode_hash(text: str) -> str:
    """FNV-1a (32 bits) of a text, in decimal, each digit put in the alphabet that cannot spell words."""
    value = 2166136261
    for byte in text.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return "".join(SAFE_ALPHABET[ord(digit) % len(SAFE_ALPHABET)] for digit in str(value))


SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes' alphabet of generated names: no vowels, no characters that look alike."""


def scaled_value(value: int | str, total: int, *, round_up: bool) -> int:
    """`3` or `"25%"` of a total, as a whole number."""
    if isinstance(value, int):
        return value
    percent = int(str(value).rstrip("%")) * total
    return -(-percent // 100) if round_up else percent // 100
