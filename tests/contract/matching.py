"""Holds an answer to a documented shape, recursively.

Extra keys are allowed; missing, renamed or mistyped ones are not. A null in place of a documented
value needs its reason in `data.reasons`, under the value's path below `data` (`pods[0].cpu_usage`, or
`pods[].cpu_usage` for all of a list). Whole and broken numbers are both numbers; a documented count
stays whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.contract.formats import is_format

Shape = Mapping[str, Any]


@dataclass
class Report:
    """What an answer lacks, and where it is null or empty though the document shows a value."""

    problems: list[str] = field(default_factory=list)
    nulls: set[str] = field(default_factory=set)
    empties: set[str] = field(default_factory=set)


def matches(documented: Shape, answer: Any) -> list[str]:
    """The problems of an answer, none when it is as documented."""
    return compare(documented, answer).problems


def compare(documented: Shape, answer: Any) -> Report:
    """The full report on one answer body."""
    comparison = _Comparison(_reasons(answer))
    comparison.value(documented, answer, "")
    return comparison.report


def _reasons(answer: Any) -> Mapping[str, Any]:
    """Reasons stand in `data`, and in what has no `data` (an error's details) at its top."""
    data = answer.get("data", answer) if isinstance(answer, dict) else None
    reasons = data.get("reasons") if isinstance(data, dict) else None
    return reasons if isinstance(reasons, dict) else {}


def general(path: str) -> str:
    """The path with every list index left out: `pods[3].name` → `pods[].name`."""
    parts = path.split("[")
    return "[".join([parts[0], *("]" + part.partition("]")[2] for part in parts[1:])])


class _Comparison:
    """One walk over a shape and an answer together."""

    def __init__(self, reasons: Mapping[str, Any]) -> None:
        self._reasons = reasons
        self.report = Report()

    def value(self, shape: Shape | None, value: Any, path: str) -> None:
        """Compare one value; a shape of None is an empty documented list's element: anything."""
        if shape is None:
            return
        if value is None:
            self._null(path)
            return
        kind = shape["type"]
        if kind in {"object", "map", "array"}:
            self._container(shape, value, path)
        else:
            self.report.problems += [f"{path}: {problem}" for problem in _scalar_problems(shape, value)]

    def _null(self, path: str) -> None:
        below = path.removeprefix("data.")
        reason = self._reasons.get(below, self._reasons.get(general(below)))
        if isinstance(reason, str) and reason.strip():
            self.report.nulls.add(general(below))
        else:
            self.report.problems.append(f"{path}: null without a reason in data.reasons[{below!r}]")

    def _container(self, shape: Shape, value: Any, path: str) -> None:
        expected: type = list if shape["type"] == "array" else dict
        if not isinstance(value, expected):
            self.report.problems.append(f"{path}: {_name(value)} where the document has {_article(shape['type'])}")
            return
        if not value and shape.get("items", shape.get("values", shape.get("keys"))):
            self.report.empties.add(general(path.removeprefix("data.")))
        for child_shape, child, child_path in self._children(shape, value, path):
            self.value(child_shape, child, child_path)

    def _children(self, shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape | None, Any, str]]:
        if shape["type"] == "array":
            yield from ((shape["items"], item, f"{path}[{i}]") for i, item in enumerate(value))
        elif shape["type"] == "map":
            yield from ((shape["values"], item, f"{path}.{key}") for key, item in value.items())
        else:
            required = _required(shape, value)
            for key, child in shape["keys"].items():
                child_path = f"{path}.{key}" if path else key
                if key in value:
                    yield (child if key in required else _elsewhere(shape, key)), value[key], child_path
                elif key in required:
                    self.report.problems.append(f"{child_path}: missing")


def _elsewhere(shape: Shape, key: str) -> Shape:
    """The shape of a key that the document shows with other statuses or roles only: there it may hold other keys.

    An assistant's message has `metadata` of what was done; a user's may have its own, of what was understood.
    """
    child: Shape = shape["keys"][key]
    conditional = any(key in keys for by_value in shape.get("when", {}).values() for keys in by_value.values())
    return {**child, "open": True} if conditional and child["type"] == "object" else child


def _required(shape: Shape, value: Mapping[str, Any]) -> set[str]:
    """Keys that must be there: all but the optional ones, and those that go with a status or role."""
    if shape.get("open"):
        return set()
    required = set(shape["keys"]) - set(shape.get("optional", ()))
    for name, by_value in shape.get("when", {}).items():
        found = value.get(name)
        required |= set(by_value.get(found, ()) if isinstance(found, str) else ())
    return required


def _scalar_problems(shape: Shape, value: Any) -> Iterator[str]:
    kind = shape["type"]
    if kind == "boolean":
        if not isinstance(value, bool):
            yield f"{_name(value)} where the document has a boolean"
    elif kind == "string":
        yield from _string_problems(shape, value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{_name(value)} where the document has a number"
    elif not math.isfinite(value):
        yield "a number that JSON does not have"
    elif kind == "integer" and value != int(value):
        yield f"{value} where the document has a whole number"
    elif value < shape.get("at_least", -math.inf):
        yield f"{value} is below {shape['at_least']}"


def _string_problems(shape: Shape, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{_name(value)} where the document has a string"
    elif not is_format(value, shape["format"]):
        yield f"{value[:80]!r} is not written as a {shape['format']}"
    elif not value.startswith(shape.get("prefix", "")):
        yield f"{value[:80]!r} does not begin with {shape['prefix']!r}"


def _article(kind: str) -> str:
    return f"a {kind}" if kind == "map" else f"an {kind}"


def _name(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), type(value).__name__)
