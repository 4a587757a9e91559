"""Label and field selectors: parsing with the real server's refusals, matching as a plain function of an object."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from simulator.status import BadRequest

Object = dict[str, Any]
Match = Callable[[Object], bool]
LabelMatch = Callable[[Mapping[str, str]], bool]

_TOKEN = re.compile(r"\s*(!=|==|=|>|<|!|\(|\)|,|[^\s=!<>(),]+)")
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_OPERATORS = "in, notin, =, ==, !=, gt, lt"


def parse_label_selector(text: str) -> LabelMatch | None:
    """What a `labelSelector` asks of labels; None when it asks nothing. Raises BadRequest."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return None
    requirements: list[LabelMatch] = []
    while tokens:
        requirements.append(_requirement(tokens))
        if tokens and tokens.pop(0) != ",":
            raise BadRequest(f"unable to parse requirement: found '{tokens[0] if tokens else ''}', expected: ','")
    return lambda labels: all(requirement(labels) for requirement in requirements)


def _requirement(tokens: list[str]) -> LabelMatch:
    negated = tokens[0] == "!"
    if negated:
        tokens.pop(0)
    key = tokens.pop(0) if tokens else ""
    _check_key(key)
    if negated:
        return lambda labels: key not in labels
    if not tokens or tokens[0] == ",":
        return lambda labels: key in labels
    operator = tokens.pop(0)
    if operator in ("in", "notin"):
        values = _values(tokens)
        wanted = operator == "in"
        return (lambda labels: labels.get(key) in values) if wanted else (lambda labels: labels.get(key) not in values)
    if operator not in ("=", "==", "!=", ">", "<"):
        raise BadRequest(f"unable to parse requirement: found '{operator}', expected: {_OPERATORS}")
    value = "" if not tokens or tokens[0] == "," else tokens.pop(0)
    if operator == "!=":
        return lambda labels: labels.get(key) != value
    if operator in (">", "<"):
        return _ordered(key, operator, value)
    return lambda labels: labels.get(key) == value


def _ordered(key: str, operator: str, value: str) -> LabelMatch:
    if not re.fullmatch(r"-?\d+", value):
        raise BadRequest(
            "unable to parse requirement: values[0][" + key + f']: Invalid value: "{value}": '
            "for 'Gt', 'Lt' operators, the value must be an integer"
        )
    bound = int(value)

    def matches(labels: Mapping[str, str]) -> bool:
        found = labels.get(key, "")
        if not re.fullmatch(r"-?\d+", found):
            return False
        return int(found) > bound if operator == ">" else int(found) < bound

    return matches


def _values(tokens: list[str]) -> frozenset[str]:
    if not tokens or tokens[0] != "(":
        raise BadRequest(f"unable to parse requirement: found '{tokens[0] if tokens else ''}' expected: '('")
    tokens.pop(0)
    values: list[str] = []
    while tokens and tokens[0] != ")":
        word = tokens.pop(0)
        if word != ",":
            values.append(word)
    if not tokens:
        raise BadRequest("unable to parse requirement: found '', expected: ',', or ')'")
    tokens.pop(0)
    return frozenset(values)


def _check_key(key: str) -> None:
    name = key.rpartition("/")[2]
    if not _NAME.fullmatch(name) or len(name) > 63:
        raise BadRequest(
            f'unable to parse requirement: <nil>: Invalid value: "{key}": name part must consist of alphanumeric '
            "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
            "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        )


def format_selector(selector: Mapping[str, Any] | None) -> str:
    """A LabelSelector object as the text that `labelSelector` takes."""
    if not selector:
        return ""
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for expression in selector.get("matchExpressions") or ():
        values = ",".join(sorted(expression.get("values") or ()))
        parts.append(
            {
                "In": f"{expression['key']} in ({values})",
                "NotIn": f"{expression['key']} notin ({values})",
                "Exists": expression["key"],
                "DoesNotExist": f"!{expression['key']}",
            }[expression["operator"]]
        )
    return ",".join(parts)


_METADATA = ("metadata.name", "metadata.namespace")
_INVOLVED = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
FIELDS: dict[str, tuple[str, ...]] = {
    "pods": (
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.nominatedNodeName",
    ),
    "nodes": ("spec.unschedulable",),
    "namespaces": ("status.phase",),
    "secrets": ("type",),
    "services": ("spec.clusterIP", "spec.type"),
    "replicasets.apps": ("status.replicas",),
    "jobs.batch": ("status.successful",),
    "events": (
        *(f"involvedObject.{field}" for field in _INVOLVED), *(f"regarding.{field}" for field in _INVOLVED),
        "reason", "reportingComponent", "reportingController", "source", "type",
    ),
}  # fmt: skip
"""Fields beyond name and namespace that a resource may be selected by."""


def parse_field_selector(text: str, resource: str) -> Match | None:
    """What a `fieldSelector` asks of an object; None when it asks nothing. Raises BadRequest."""
    requirements: list[Match] = []
    for term in filter(None, text.split(",")):
        found = re.match(r"([^=!]+)(!=|==|=)(.*)", term)
        if found is None:
            raise BadRequest(f"invalid selector: '{text}'; can't understand '{term}'")
        path, operator, value = found.groups()
        if path not in _METADATA and path not in FIELDS.get(resource, ()):
            raise BadRequest(_unsupported(path, resource))
        read = _reader(path)
        requirements.append(_equality(read, value, wanted=operator != "!="))
    if not requirements:
        return None
    if len(requirements) == 1:
        return requirements[0]
    return lambda obj: all(requirement(obj) for requirement in requirements)


def _unsupported(path: str, resource: str) -> str:
    if resource in FIELDS:
        return f"field label not supported: {path}"
    return f'"{path}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def _equality(read: Callable[[Object], str], value: str, *, wanted: bool) -> Match:
    return lambda obj: (read(obj) == value) is wanted


def _reader(path: str) -> Callable[[Object], str]:
    if path == "source":
        return lambda obj: str((obj.get("source") or {}).get("component") or obj.get("reportingComponent") or "")
    if path == "reportingController":
        path = "reportingComponent"
    keys = path.replace("regarding.", "involvedObject.", 1).split(".")

    def read(obj: Object) -> str:
        found: Any = obj
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is None:
            return "false" if keys[-1] in ("unschedulable", "hostNetwork") else ""
        return str(found).lower() if isinstance(found, bool) else str(found)

    return read
