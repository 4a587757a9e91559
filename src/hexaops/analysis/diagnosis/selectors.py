"""Label selectors as Kubernetes reads them: an empty one selects everything, an absent one nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hexaops.analysis.diagnosis.objects import Raw, items, mapping


def matches_labels(wanted: Raw, labels: Raw) -> bool:
    """Whether all of the wanted labels are there."""
    return all(labels.get(key) == value for key, value in wanted.items())


def matches(selector: object, labels: Raw) -> bool:
    """Whether a LabelSelector (`matchLabels`, `matchExpressions`) selects the labels."""
    if not isinstance(selector, Mapping):
        return False
    return matches_labels(mapping(selector, "matchLabels"), labels) and all(
        matches_expression(one, labels) for one in items(selector, "matchExpressions")
    )


def matches_expression(expression: Raw, labels: Raw) -> bool:
    """One requirement of a label or node selector."""
    key, values = expression.get("key"), expression.get("values") or []
    found: Any = labels.get(key) if isinstance(key, str) else None
    match expression.get("operator"):
        case "In":
            return found in values
        case "NotIn":
            return found not in values
        case "Exists":
            return found is not None
        case "DoesNotExist":
            return found is None
        case "Gt" | "Lt" as operator:
            try:
                return int(found) > int(values[0]) if operator == "Gt" else int(found) < int(values[0])
            except (TypeError, ValueError, IndexError):
                return False
    return False


def describe(selector: object) -> str:
    """The selector as kubectl writes it: `app=web,tier in (a, b)`."""
    parts = [f"{key}={value}" for key, value in mapping(selector, "matchLabels").items()]
    for one in items(selector, "matchExpressions"):
        values = ", ".join(map(str, one.get("values") or []))
        parts.append(f"{one.get('key')} {one.get('operator')}" + (f" ({values})" if values else ""))
    return ",".join(parts) or "everything"


def describe_labels(labels: Raw) -> str:
    """Labels as kubectl writes them."""
    return ",".join(f"{key}={value}" for key, value in labels.items())
