"""Strategic merge patch: a merge patch that merges lists by key where the type says so.

Directives as the API machinery knows them: `$patch: replace | delete | merge`, `$deleteFromPrimitiveList/FIELD`,
`$setElementOrder/FIELD` and `$retainKeys`.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from simulator.server.schema import fields_of, item_type, merge_key, plain_type
from simulator.status import BadRequest, StatusError

Object = dict[str, Any]
_ORDER = "$setElementOrder/"
_DELETE = "$deleteFromPrimitiveList/"


def apply_strategic_patch(target: Object, patch: Object, type_name: str | None) -> Object:
    """The target with a strategic merge patch applied; the target stays as it is. Raises StatusError."""
    try:
        return _merge_object(target, patch, type_name)
    except (TypeError, AttributeError, KeyError) as error:
        raise BadRequest(f"error decoding patch: a directive or a value has the wrong type: {error}") from error


def _merge_object(target: Object, patch: Object, type_name: Any) -> Object:
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if directive == "delete":
        return {}
    _check_directive(directive, patch)
    fields = fields_of(type_name)
    result = dict(target)
    if "$retainKeys" in patch:
        result = {key: value for key, value in result.items() if key in patch["$retainKeys"]}
    for key, value in patch.items():
        if key.startswith(_DELETE):
            name = key.removeprefix(_DELETE)
            result[name] = [item for item in result.get(name) or () if item not in value]
        elif not key.startswith("$"):
            if value is None:
                result.pop(key, None)
            else:
                order = patch.get(_ORDER + key)
                result[key] = _merge_value(result.get(key), value, fields.get(key), order)
    for key, order in patch.items():
        name = key.removeprefix(_ORDER)
        if key.startswith(_ORDER) and name not in patch and isinstance(result.get(name), list):
            result[name] = _in_order(result[name], order, result[name], merge_key(fields.get(name)))
    return result


def _merge_value(target: Any, value: Any, field: Any, order: Any) -> Any:
    if isinstance(value, dict):
        inner = plain_type(field)
        if isinstance(inner, dict) and "map" in inner:
            inner = (
                inner["map"] if isinstance(target, dict) and any(isinstance(v, dict) for v in value.values()) else None
            )
            return _merge_map(target, value, inner)
        return _merge_object(target if isinstance(target, dict) else {}, value, inner)
    if isinstance(value, list):
        key = merge_key(field)
        if key is None:
            return [_strip(item) for item in value if not _is_directive(item)]
        before = target if isinstance(target, list) else []
        merged = _merge_list(before, value, key, item_type(field))
        return _in_order(merged, order, before, key) if order is not None else merged
    return value


def _merge_map(target: Any, value: Object, inner: Any) -> Object:
    if inner is None:
        return _merge_object(target if isinstance(target, dict) else {}, value, None)
    result = dict(target)
    for key, item in value.items():
        if item is None:
            result.pop(key, None)
        else:
            result[key] = _merge_value(result.get(key), item, inner, None)
    return result


def _merge_list(target: list[Any], patch: list[Any], key: str, inner: Any) -> list[Any]:
    if not key:
        return _in_order(target + [item for item in patch if item not in target], patch, target, key)
    if any(_is_directive(item) and item["$patch"] == "replace" and key not in item for item in patch):
        return [_strip(item) for item in patch if not (_is_directive(item) and key not in item)]
    result = list(target)
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            raise StatusError(500, "", f"map: {_go_map(item)} does not contain declared merge key: {key}")
        place = next((index for index, old in enumerate(result) if old.get(key) == item[key]), None)
        directive = item.get("$patch")
        if directive == "delete":
            result = [old for old in result if old.get(key) != item[key]]
        elif directive == "replace" and place is not None:
            result[place] = _strip(item)
        else:
            _check_directive(directive, item)
            old = {} if place is None else result[place]
            merged = _merge_object(old, {name: value for name, value in item.items() if name != "$patch"}, inner)
            if place is None:
                result.append(merged)
            else:
                result[place] = merged
    return _in_order(result, patch, target, key)


def _in_order(items: list[Any], order: list[Any], before: list[Any], key: str | None) -> list[Any]:
    """What the order names stands as it says; the others keep their places before and behind it.

    The order is `$setElementOrder`, else the patch's own. As the API machinery merges the two: an item that was there
    comes before one of the patch when it stood before it, and behind it otherwise.
    """

    def identity(item: Any) -> Any:
        return item.get(key) if key and isinstance(item, dict) else item

    ranks = {identity(item): rank for rank, item in enumerate(order)}
    places = {identity(item): place for place, item in enumerate(before)}
    named = deque(sorted((item for item in items if identity(item) in ranks), key=lambda item: ranks[identity(item)]))
    others = deque(item for item in items if identity(item) not in ranks)
    result = []
    while named and others:
        mine, theirs = places.get(identity(named[0])), places.get(identity(others[0]))
        result.append((others if mine is not None and theirs is not None and theirs < mine else named).popleft())
    return [*result, *named, *others]


def _is_directive(item: Any) -> bool:
    return isinstance(item, dict) and "$patch" in item


def _strip(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _strip(value) for key, value in item.items() if not key.startswith("$")}
    return item


def _check_directive(directive: Any, patch: Object) -> None:
    if directive not in (None, "merge"):
        raise StatusError(500, "", f"unknown patch type: {directive} in map: {_go_map(patch)}")


def _go_map(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    return "map[" + " ".join(f"{key}:{item[key]}" for key in sorted(item)) + "]"
