"""managedFields: who set which fields, by comparing an object before and after a write.

As the real server keeps them for updates: what changed belongs to the writer from now on and to nobody else.
"""

from __future__ import annotations

from typing import Any

import msgspec

from simulator.server.schema import fields_of, item_type, merge_key, plain_type, type_of

Object = dict[str, Any]
_UNTRACKED = frozenset(
    (
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
    )
)


def managed(new: Object, old: Object | None, *, manager: str, time: str, subresource: str = "") -> Object:
    """The object with its managedFields as this write leaves them."""
    before = _tracked(old or {})
    changed = _changed(_tracked(new), before, type_of(new.get("apiVersion", ""), new.get("kind", "")))
    if not changed:
        return new
    entries = []
    mine: Object = {}
    for entry in (new["metadata"].get("managedFields") if old is not None else None) or ():
        identity = (entry.get("manager"), entry.get("operation"), entry.get("subresource", ""))
        if identity == (manager, "Update", subresource):
            mine = entry.get("fieldsV1") or {}
            continue
        left = _without(entry.get("fieldsV1") or {}, changed)
        if left:
            entries.append({**entry, "fieldsV1": left})
    entry = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": new["apiVersion"],
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": _merged(mine, changed),
    }
    if subresource:
        entry["subresource"] = subresource
    return {**new, "metadata": {**new["metadata"], "managedFields": [*entries, entry]}}


def _tracked(obj: Object) -> Object:
    metadata = {key: value for key, value in (obj.get("metadata") or {}).items() if key not in _UNTRACKED}
    tracked = {key: value for key, value in obj.items() if key not in ("kind", "apiVersion", "metadata")}
    return {**tracked, "metadata": metadata} if metadata else tracked


def _changed(new: Any, old: Any, field: Any) -> Object:
    """The set of fields that are in `new` and differ from `old`, in the form of FieldsV1."""
    result: Object = {}
    fields = fields_of(field)
    for key, value in new.items():
        before = old.get(key) if isinstance(old, dict) else None
        if value == before:
            continue
        inner = fields.get(key)
        result[f"f:{key}"] = _changed_value(value, before, inner)
    return result


def _changed_value(value: Any, before: Any, field: Any) -> Object:
    inner = plain_type(field)
    if isinstance(value, dict) and value:
        below = _changed(value, before, inner)
        return {".": {}, **below} if before is None else below
    if isinstance(value, list) and (key := merge_key(field)):
        old = {item.get(key): item for item in before or () if isinstance(item, dict)}
        result: Object = {} if before is not None else {".": {}}
        for item in value:
            if isinstance(item, dict) and key in item and item != old.get(item[key]):
                name = msgspec.json.encode({key: item[key]}).decode()
                below = _changed(item, old.get(item[key]), item_type(field))
                result[f"k:{name}"] = {".": {}, **below} if item[key] not in old else below
        return result
    return {}


def _without(fields: Object, taken: Object) -> Object:
    result: Object = {}
    for key, below in fields.items():
        if key not in taken:
            result[key] = below
        elif taken[key]:
            left = _without(below, taken[key])
            if left:
                result[key] = left
    return result


def _merged(fields: Object, more: Object) -> Object:
    result = dict(fields)
    for key, below in more.items():
        result[key] = _merged(result[key], below) if key in result else below
    return result
