"""JSON patch (RFC 6902) and JSON merge patch (RFC 7386)."""

from __future__ import annotations

import copy
from typing import Any

from simulator.status import BadRequest, StatusError

Object = dict[str, Any]


def rejected() -> StatusError:
    """A JSON patch that cannot be applied; the real server does not say why either."""
    message = "the server rejected our request due to an error in our request"
    return StatusError(422, "Invalid", message, details={})


def apply_merge_patch(target: Any, patch: Any) -> Any:
    """The target with a merge patch applied; the target stays as it is."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply_merge_patch(result.get(key), value)
    return result


def apply_json_patch(target: Object, patch: Any) -> Object:
    """The target with a JSON patch applied; the target stays as it is. Raises StatusError."""
    if not isinstance(patch, list):
        raise BadRequest(
            "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
        )
    document: Any = copy.deepcopy(target)
    for operation in patch:
        if not isinstance(operation, dict):
            raise BadRequest("error decoding patch: json: cannot unmarshal value into Go value of type jsonPatchOp")
        try:
            document = _apply(document, operation)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise rejected() from error
    if not isinstance(document, dict):
        raise rejected()
    return document


def _apply(document: Any, operation: Object) -> Any:
    path = _pointer(operation["path"])
    match operation["op"]:
        case "add":
            return _add(document, path, operation["value"])
        case "remove":
            return _remove(document, path)[0]
        case "replace":
            if path and isinstance(_find(document, path[:-1]), list):
                _find(document, path)
            return _replace(document, path, operation["value"])
        case "move":
            document, value = _remove(document, _pointer(operation["from"]))
            return _add(document, path, value)
        case "copy":
            return _add(document, path, copy.deepcopy(_find(document, _pointer(operation["from"]))))
        case "test":
            if _find(document, path) != operation["value"]:
                raise ValueError("the test does not hold")
            return document
    raise ValueError(f"no operation {operation['op']}")


def _pointer(text: str) -> list[str]:
    if not text:
        return []
    if not text.startswith("/"):
        raise ValueError(f"{text} is no JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]


def _find(document: Any, path: list[str]) -> Any:
    for part in path:
        document = document[_index(document, part)]
    return document


def _index(container: Any, part: str, *, past_end: bool = False) -> Any:
    if not isinstance(container, list):
        return part
    if past_end and part == "-":
        return len(container)
    index = int(part)
    if not 0 <= index < len(container) + past_end:
        raise IndexError(part)
    return index


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _find(document, path[:-1])
    index = _index(parent, path[-1], past_end=True)
    if isinstance(parent, list):
        parent.insert(index, value)
    else:
        parent[index] = value
    return document


def _replace(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _find(document, path[:-1])
    parent[_index(parent, path[-1])] = value
    return document


def _remove(document: Any, path: list[str]) -> tuple[Any, Any]:
    parent = _find(document, path[:-1])
    return document, parent.pop(_index(parent, path[-1]))
