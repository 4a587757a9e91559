"""Label selectors in the form that objects carry (`matchLabels`, `matchExpressions`), and node selector terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.store import Object


def matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy a LabelSelector; an absent selector matches nothing, an empty one everything."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    return all(_expression(expression, labels) for expression in selector.get("matchExpressions") or ())


def includes(wanted: Mapping[str, str] | None, labels: Mapping[str, str]) -> bool:
    """Whether labels hold all pairs of a plain selector, as a Service has; an empty one matches nothing."""
    return bool(wanted) and all(labels.get(name) == value for name, value in (wanted or {}).items())


def _expression(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    name, operator = expression["key"], expression["operator"]
    values = expression.get("values") or []
    present = name in labels
    if operator == "In":
        return present and labels[name] in values
    if operator == "NotIn":
        return not present or labels[name] not in values
    if operator == "Exists":
        return present
    if operator == "DoesNotExist":
        return not present
    if not present or not values:
        return False
    try:
        left, right = int(labels[name]), int(values[0])
    except ValueError:
        return False
    return left > right if operator == "Gt" else left < right


def fits_node(pod: Object, node: Object) -> bool:
    """Whether the pod's nodeSelector and required node affinity allow the node."""
    spec = pod["spec"]
    labels = node["metadata"].get("labels") or {}
    if any(labels.get(name) != value for name, value in (spec.get("nodeSelector") or {}).items()):
        return False
    affinity = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if not affinity:
        return True
    fields = {"metadata.name": node["metadata"]["name"]}
    return any(
        all(_expression(expression, labels) for expression in term.get("matchExpressions") or ())
        and all(_expression(expression, fields) for expression in term.get("matchFields") or ())
        for term in affinity.get("nodeSelectorTerms") or ()
    )


def untolerated_taint(pod: Object, node: Object, effects: tuple[str, ...]) -> dict[str, Any] | None:
    """The first of the node's taints, of the effects asked for, that the pod does not tolerate."""
    tolerations = pod["spec"].get("tolerations") or ()
    for taint in (node.get("spec") or {}).get("taints") or ():
        if taint["effect"] in effects and not any(tolerates(toleration, taint) for toleration in tolerations):
            return dict(taint)
    return None


def tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    """Whether one toleration covers one taint."""
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("operator") == "Exists":
        return not toleration.get("key") or toleration["key"] == taint["key"]
    return bool(toleration.get("key") == taint["key"] and toleration.get("value", "") == taint.get("value", ""))
