"""What fields objects have, read from `schema.json` (facts taken from a real server by `tools/kubernetes_schema.py`).

Bodies are held to it: an unknown field is dropped and named, a wrong type is refused as the real decoder refuses it.
Strategic patches find their merge keys here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

_JSON_TYPES: dict[type, str] = {
    bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object",
}  # fmt: skip
_GO_TYPES = {"string": "string", "integer": "int32", "boolean": "bool", "number": "float64", "time": "v1.Time"}


@cache
def document() -> dict[str, Any]:
    """The whole document: `kinds` (apiVersion/Kind → type) and `types` (type → field → type)."""
    content = files("simulator.server").joinpath("schema.json").read_bytes()
    decoded: dict[str, Any] = msgspec.json.decode(content)
    return decoded


def type_of(api_version: str, kind: str) -> str | None:
    """The name of the type of a kind, or None when it is not described."""
    found: str | None = document()["kinds"].get(f"{api_version}/{kind}")
    return found


def fields_of(type_name: Any) -> dict[str, Any]:
    """The fields of a type; empty when it is no object of named fields."""
    found: dict[str, Any] = document()["types"].get(type_name, {}) if isinstance(type_name, str) else {}
    return found


def item_type(field: Any) -> Any:
    """The type of a list's items, or None when the field is no list."""
    if isinstance(field, list):
        return field[0]
    if isinstance(field, dict) and "list" in field:
        return field["list"]
    return None


def merge_key(field: Any) -> str | None:
    """How a list merges in a strategic patch: by this key, by value when empty, or not at all when None."""
    if isinstance(field, dict) and "merge" in field:
        key: str = field["merge"]
        return key
    return None


def plain_type(field: Any) -> Any:
    """A field's type without its merge strategy."""
    if isinstance(field, dict) and "type" in field:
        return field["type"]
    return field


class WrongType(Exception):  # noqa: N818 - not an error of the program but of a body
    """A value of the wrong type for its field, worded like the real decoder's error."""

    def __init__(self, value: Any, owner: str, path: str, wanted: str) -> None:
        found = _JSON_TYPES.get(type(value), "null")
        place = f"Go struct field {owner.rsplit('.', 1)[-1]}.{path}" if path else "Go value"
        super().__init__(f"json: cannot unmarshal {found} into {place} of type {wanted}")


def conform(obj: dict[str, Any], type_name: str) -> tuple[dict[str, Any], list[str]]:
    """The object with known fields only, and the paths of the others. Raises WrongType."""
    unknown: list[str] = []
    return _object(obj, type_name, "", unknown), unknown


def _object(value: dict[str, Any], type_name: str, path: str, unknown: list[str]) -> dict[str, Any]:
    fields = document()["types"][type_name]
    result = {}
    for name, item in value.items():
        inner = f"{path}.{name}" if path else name
        if name not in fields:
            unknown.append(inner)
            continue
        if item is None:
            # Null is absence, except for the few fields that the real server writes as null.
            continue
        result[name] = _value(item, fields[name], inner, unknown, type_name)
    return result


def _value(value: Any, field: Any, path: str, unknown: list[str], owner: str) -> Any:
    field = plain_type(field)
    inner = item_type(field)
    if value is None:
        return _zero(field, inner)
    if inner is not None:
        if not isinstance(value, list):
            raise WrongType(value, owner, path, f"[]{_go_name(inner)}")
        return [_value(item, inner, f"{path}[{index}]", unknown, owner) for index, item in enumerate(value)]
    if isinstance(field, dict):
        if not isinstance(value, dict):
            raise WrongType(value, owner, path, f"map[string]{_go_name(field['map'])}")
        return {key: _value(item, field["map"], path, unknown, owner) for key, item in value.items()}
    if field in document()["types"]:
        if not isinstance(value, dict):
            raise WrongType(value, owner, path, _go_name(field))
        return _object(value, field, path, unknown)
    if not _fits(value, field):
        raise WrongType(value, owner, path, _go_name(field))
    return value


def _zero(field: Any, inner: Any) -> Any:
    """What Go makes of a null in a list or map."""
    if inner is not None:
        return []
    if isinstance(field, dict) or field in document()["types"]:
        return {}
    return {"integer": 0, "number": 0, "int-or-string": 0, "boolean": False}.get(field, "")


def _fits(value: Any, field: str) -> bool:
    match field:
        case "string" | "time":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "int-or-string":
            return isinstance(value, int | float | str) and not isinstance(value, bool)
    return True


def _go_name(field: Any) -> str:
    if isinstance(field, str):
        return _GO_TYPES.get(field, ".".join(field.split(".")[-2:]))
    return "object"
