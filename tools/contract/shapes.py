"""Turns an example into a shape: keys, types and kinds of strings, without its invented values.

A shape is plain data, so that it can be stored as JSON and read without this module:
`{"type": "object", "keys": {...}, "optional": [...], "when": {...}}`, `{"type": "map", "values": ...}`,
`{"type": "array", "items": ...}`, `{"type": "string", "format": ..., "prefix": ..., "values": [...]}`,
`integer`, `number` (with `at_least`), `boolean`. The examples cannot say which objects are maps or depend on
what was found; the few tables below do, each by the end of a dotted path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tools.contract.formats import id_prefix, is_format

Shape = dict[str, Any]

MAPS = ("by_component", "by_level", "labels")
"""Objects whose keys are data."""

OPEN = ("entities", "insights[].metrics", "logs[].metadata", "request.context", "context.user_context")
"""Objects whose keys depend on what was asked or found: typed where present, none required."""

WORDS = (
    "action|action_taken|actions_available|actions_completed|actions_taken|analysis_type|available_capabilities"
    "|backup_type|capabilities|category|current_operation|focus_area|focus_areas|immediate|intent|metric"
    "|next_steps|operation|overall_status|plan|priority|remediation_strategy|required_permission|resource_type"
    "|retention_policy|role|scaling_action|scope|severity|status|step|token_status|trend|trigger"
    "|triggered_by|type|user_permissions|user_role|health_status|level|log_level"
)
"""Keys that hold one of a set of identifiers, where the example is written as one."""

QUANTITIES = "cpu|memory|storage|used|total|pods|backup_size_estimate"
VERSIONS = "version"
SCOPES = "required_permission|service_account_permissions"

MEASURES = (
    "availability|baseline|(?:^|_)change|confidence|efficiency|increase|percentage|peak|score|savings|spike"
    "|threshold|throughput|usage|value|_ms$|p50$|p95$|rate$"
)
"""Numbers that are measured: an example that happens to be whole does not make them integers."""

SIGNED = "(?:^|_)change|^rate$|increase"
"""Measured numbers that may be negative."""

ANY_RESOURCE = "resource_id"
"""Ids of whatever was meant: the example's prefix is one of several."""

DISCRIMINATORS = ("status", "role")
"""Keys whose value decides which optional keys the elements of a list have."""


def _ends_with(path: str, names: Sequence[str]) -> bool:
    return any(path == name or path.endswith("." + name) for name in names)


def _key(path: str) -> str:
    return path.removesuffix("[]").rpartition(".")[2]


def _named(path: str, names: str) -> bool:
    return re.fullmatch(names, _key(path)) is not None


def shape_of(example: Any, *, path: str) -> Shape:
    """The shape of one example value that stands at a dotted path."""
    return _shape([example], path)


def _shape(examples: list[Any], path: str) -> Shape:
    """One shape that all examples of the same place have."""
    first = examples[0]
    if isinstance(first, dict):
        return _object(examples, path)
    if isinstance(first, list):
        items = [item for example in examples for item in example]
        return {"type": "array", "items": _shape(items, path + "[]") if items else None}
    if isinstance(first, bool):
        return {"type": "boolean"}
    if isinstance(first, int | float):
        return _number(examples, path)
    return _string(examples, path)


def _object(examples: list[dict[str, Any]], path: str) -> Shape:
    keys: dict[str, list[Any]] = {}
    for example in examples:
        for key, value in example.items():
            keys.setdefault(key, []).append(value)
    if _ends_with(path, MAPS):
        values = [value for found in keys.values() for value in found]
        return {"type": "map", "values": _shape(values, path + ".*")}
    shape: Shape = {
        "type": "object",
        "keys": {key: _shape(found, f"{path}.{key}") for key, found in keys.items()},
    }
    if _ends_with(path, OPEN):
        shape["open"] = True
    optional = sorted(key for key, found in keys.items() if len(found) < len(examples))
    if optional:
        shape["optional"] = optional
        shape |= _conditions(examples, optional)
    return shape


def _conditions(examples: list[dict[str, Any]], optional: list[str]) -> Shape:
    """`when`: for each value of a discriminator, the optional keys that every such element has."""
    for name in DISCRIMINATORS:
        if not all(name in example for example in examples):
            continue
        required: dict[str, list[str]] = {}
        for value in sorted({example[name] for example in examples}):
            same = [example for example in examples if example[name] == value]
            always = [key for key in optional if all(key in example for example in same)]
            if always:
                required[value] = always
        return {"when": {name: required}}
    return {}


def _number(examples: list[Any], path: str) -> Shape:
    key = _key(path)
    measured = re.search(MEASURES, key) is not None
    if not measured and all(isinstance(example, int) for example in examples):
        return {"type": "integer"}
    shape: Shape = {"type": "number"}
    if re.search(SIGNED, key) is None:
        shape["at_least"] = 0
    return shape


def _string(examples: list[str], path: str) -> Shape:
    shape: Shape = {"type": "string", "format": _format(examples, path)}
    prefixes = {id_prefix(example) for example in examples}
    one_kind = len(prefixes) == 1 and None not in prefixes and not _named(path, ANY_RESOURCE)
    if shape["format"] == "id" and one_kind:
        shape["prefix"] = prefixes.pop()
    if shape["format"] in {"word", "scope"}:
        shape["values"] = sorted(set(examples))
    return shape


def _format(examples: list[str], path: str) -> str:
    """The kind that all examples are written as and that the key does not speak against."""
    if _is_id(examples, path):
        return "id"
    candidates = ["time", "fraction", "money", "seconds", "rate_limit"]
    if _named(path, QUANTITIES):
        candidates.append("quantity")
    if _named(path, VERSIONS):
        candidates.append("version")
    if _named(path, SCOPES):
        candidates.append("scope")
    candidates.append("duration")
    if _named(path, WORDS):
        candidates.append("word")
    return next((name for name in candidates if all(is_format(text, name) for text in examples)), "plain")


def _is_id(examples: list[str], path: str) -> bool:
    """Ids stand under `id`, `…_id` and cursors, or are numbered examples with a known prefix."""
    if re.fullmatch(r"id|.*_id|next_cursor|cursor", _key(path)):
        return True
    return all(id_prefix(text) and re.search(r"[-_]\d+$", text) for text in examples)
