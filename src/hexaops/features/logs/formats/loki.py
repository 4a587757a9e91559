"""Loki's push API, in JSON or protocol buffers: labels of a stream, [nanoseconds, line, structured metadata] entries.

Labels name the line's place, in the spellings of the usual shippers; what is left over becomes metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hexaops.features.logs.formats.draft import Draft, Drafts, UnreadableLineError
from hexaops.features.logs.formats.protobuf import Field, Message, decode, inner, signed, text

COMPONENT = ("component", "service_name", "app", "app_kubernetes_io_name", "job", "container")
POD = ("pod", "pod_name", "k8s_pod_name")
LEVEL = ("level", "detected_level", "severity")
WORKSPACE = ("workspace_id",)
TRACE = ("trace_id", "traceID", "traceId")
_LABEL = re.compile(r'([A-Za-z_][A-Za-z0-9_]{0,255})="((?:[^"\\]|\\.){0,4096})"')
TIMESTAMP: Message = {1: Field("seconds", signed), 2: Field("nanos", signed)}
PAIR: Message = {1: Field("name", text), 2: Field("value", text)}
ENTRY: Message = {
    1: Field("timestamp", inner(lambda: TIMESTAMP)), 2: Field("line", text),
    3: Field("structuredMetadata", inner(lambda: PAIR), repeated=True),
}  # fmt: skip
STREAM: Message = {1: Field("labels", text), 2: Field("entries", inner(lambda: ENTRY), repeated=True)}
REQUEST: Message = {1: Field("streams", inner(lambda: STREAM), repeated=True)}
"""Field numbers of Loki's push.proto."""
_decoder = msgspec.json.Decoder(dict[str, Any])


def read_loki_json(body: bytes) -> Drafts:
    """Every entry of the request, numbered in its order; raises MsgspecError when the body is no JSON object."""
    return _drafts(_decoder.decode(body).get("streams"))


def read_loki_protobuf(body: bytes) -> Drafts:
    """The same from protocol buffers; raises WireError when the body is no such message."""
    return _drafts(
        [
            {
                "stream": labels_of(stream.get("labels", "")),
                "values": [_entry(one) for one in stream.get("entries", [])],
            }
            for stream in decode(body, REQUEST).get("streams", [])
        ]
    )


def labels_of(text: str) -> dict[str, str]:
    """Labels as a stream's selector writes them: `{app="web", pod="web-1"}`."""
    found = {}
    for name, value in _LABEL.findall(text):
        try:
            found[name] = str(json.loads(f'"{value}"'))
        except ValueError:  # an escape that JSON does not know
            found[name] = value
    return found


def _entry(entry: Mapping[str, Any]) -> list[Any]:
    time = entry.get("timestamp", {})
    nanoseconds = time.get("seconds", 0) * 1_000_000_000 + time.get("nanos", 0)
    more = {one.get("name", ""): one.get("value", "") for one in entry.get("structuredMetadata", [])}
    return [str(nanoseconds), entry.get("line", ""), more]


def _drafts(streams: object) -> Drafts:
    drafts, number = Drafts([], []), 0
    for stream in streams if isinstance(streams, list) else []:
        labels = stream.get("stream") if isinstance(stream, dict) else None
        values = stream.get("values") if isinstance(stream, dict) else None
        for entry in values if isinstance(values, list) else []:
            number += 1
            try:
                drafts.read.append((number, _draft(labels if isinstance(labels, dict) else {}, entry)))
            except UnreadableLineError as error:
                drafts.refused.append((number, str(error)))
    return drafts


def _draft(labels: Mapping[str, Any], entry: object) -> Draft:
    if not isinstance(entry, list) or len(entry) < 2 or not all(isinstance(one, str) for one in entry[:2]):
        raise UnreadableLineError('not an entry: ["nanoseconds", "line"] is expected')
    nanoseconds, message = entry[:2]
    if not nanoseconds.isascii() or not nanoseconds.isdigit() or len(nanoseconds) > 19:
        raise UnreadableLineError("the time is not a number of nanoseconds")
    more = entry[2] if len(entry) > 2 and isinstance(entry[2], dict) else {}
    fields: dict[str, Any] = {**labels, **more}
    return Draft(
        message=message,
        time_us=int(nanoseconds) // 1000,
        level=_take(fields, LEVEL),
        component=_take(fields, COMPONENT),
        pod=_take(fields, POD),
        workspace_id=_take(fields, WORKSPACE),
        trace_id=_take(fields, TRACE),
        metadata=fields,
    )


def _take(fields: dict[str, Any], names: Sequence[str]) -> str | None:
    """The first of these fields that says something; it is metadata no longer."""
    for name in names:
        if fields.get(name):
            return str(fields.pop(name))
    return None
