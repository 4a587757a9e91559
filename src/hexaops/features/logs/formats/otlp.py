"""OTLP/HTTP logs (opentelemetry-proto, `ExportLogsServiceRequest`), in protocol buffers or in their JSON mapping.

Resource attributes name the line's place: `service.name` → component, `k8s.pod.name` → pod,
`hexaops.workspace_id` → workspace; what is left over becomes metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from hexaops.features.logs.formats.draft import Draft, Drafts, UnreadableLineError
from hexaops.features.logs.formats.protobuf import (
    Field,
    Message,
    boolean,
    decode,
    double,
    hexadecimal,
    inner,
    signed,
    text,
    unsigned,
)

COMPONENT = ("service.name", "k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.container.name")
POD = "k8s.pod.name"
WORKSPACE = "hexaops.workspace_id"
_SEVERITIES = ("debug", "debug", "info", "warning", "error", "error")
"""By groups of four numbers: TRACE, DEBUG, INFO, WARN, ERROR, FATAL."""
ANY_VALUE: Message = {
    1: Field("stringValue", text), 2: Field("boolValue", boolean), 3: Field("intValue", signed),
    4: Field("doubleValue", double), 5: Field("arrayValue", inner(lambda: ARRAY)),
    6: Field("kvlistValue", inner(lambda: KEY_VALUES)), 7: Field("bytesValue", hexadecimal),
}  # fmt: skip
ARRAY: Message = {1: Field("values", inner(lambda: ANY_VALUE), repeated=True)}
KEY_VALUE: Message = {1: Field("key", text), 2: Field("value", inner(lambda: ANY_VALUE))}
KEY_VALUES: Message = {1: Field("values", inner(lambda: KEY_VALUE), repeated=True)}
RECORD: Message = {
    1: Field("timeUnixNano", unsigned), 2: Field("severityNumber", unsigned), 3: Field("severityText", text),
    5: Field("body", inner(lambda: ANY_VALUE)), 6: Field("attributes", inner(lambda: KEY_VALUE), repeated=True),
    9: Field("traceId", hexadecimal), 10: Field("spanId", hexadecimal), 11: Field("observedTimeUnixNano", unsigned),
}  # fmt: skip
SCOPE: Message = {2: Field("logRecords", inner(lambda: RECORD), repeated=True)}
RESOURCE: Message = {1: Field("attributes", inner(lambda: KEY_VALUE), repeated=True)}
GROUP: Message = {
    1: Field("resource", inner(lambda: RESOURCE)), 2: Field("scopeLogs", inner(lambda: SCOPE), repeated=True)
}  # fmt: skip
REQUEST: Message = {1: Field("resourceLogs", inner(lambda: GROUP), repeated=True)}
"""Field numbers of opentelemetry/proto/{collector/logs,logs,common,resource}/v1."""
_decoder = msgspec.json.Decoder(dict[str, Any])


def read_otlp_json(body: bytes) -> Drafts:
    """Every record of the request, numbered in its order; raises MsgspecError when the body is no JSON object."""
    return _drafts(_decoder.decode(body))


def read_otlp_protobuf(body: bytes) -> Drafts:
    """The same from protocol buffers; raises WireError when the body is no such message."""
    return _drafts(decode(body, REQUEST))


def _drafts(request: Mapping[str, Any]) -> Drafts:
    drafts = Drafts([], [])
    for number, (resource, record) in enumerate(_records(request), 1):
        try:
            drafts.read.append((number, _draft(resource, record)))
        except UnreadableLineError as error:
            drafts.refused.append((number, str(error)))
    return drafts


def _records(request: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
    for group in _objects(request.get("resourceLogs")):
        resource = group.get("resource")
        attributes = _attributes(resource.get("attributes")) if isinstance(resource, dict) else {}
        for scope in _objects(group.get("scopeLogs")):
            for record in _objects(scope.get("logRecords")):
                yield attributes, record


def _draft(resource: dict[str, Any], record: Mapping[str, Any]) -> Draft:
    attributes = {**resource, **_attributes(record.get("attributes"))}
    body = _value(record.get("body"))
    if body is None:
        raise UnreadableLineError("body: a value is required")
    named = {name: attributes.pop(name, None) for name in (*COMPONENT, POD, WORKSPACE)}
    component = next((named[name] for name in COMPONENT if named[name]), None)
    trace = record.get("traceId")
    if span := record.get("spanId"):
        attributes["span_id"] = span
    return Draft(
        message=body if isinstance(body, str) else msgspec.json.encode(body).decode(),
        time_us=_time(record.get("timeUnixNano")) or _time(record.get("observedTimeUnixNano")),
        level=_severity(record),
        component=_text(component),
        pod=_text(named[POD]),
        workspace_id=_text(named[WORKSPACE]),
        trace_id=trace if isinstance(trace, str) and trace.strip("0") else None,
        metadata=attributes,
    )


def _severity(record: Mapping[str, Any]) -> str | None:
    number = record.get("severityNumber")
    if isinstance(number, int) and 1 <= number <= 24:
        return _SEVERITIES[(number - 1) // 4]
    return _text(record.get("severityText"))


def _time(nanoseconds: object) -> int | None:
    try:
        found = int(nanoseconds) if isinstance(nanoseconds, str | int) else 0
    except ValueError:
        raise UnreadableLineError("timeUnixNano: not a number") from None
    return found // 1000 or None


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _attributes(pairs: object) -> dict[str, Any]:
    return {pair["key"]: _value(pair.get("value")) for pair in _objects(pairs) if isinstance(pair.get("key"), str)}


def _value(given: object) -> Any:
    """A plain value from an AnyValue."""
    if not isinstance(given, dict):
        return None
    for kind, value in given.items():
        match kind, value:
            case (("stringValue" | "boolValue" | "doubleValue" | "bytesValue"), _):
                return value
            case "intValue", str() | int():
                return int(value) if str(value).lstrip("-").isdigit() else value
            case "arrayValue", dict():
                return [_value(one) for one in _objects(value.get("values"))]
            case "kvlistValue", dict():
                return _attributes(value.get("values"))
    return None


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
