"""Loki's push API in JSON: streams of labels with [nanoseconds, line, structured metadata] entries.

Labels name the line's place, in the spellings of the usual shippers; what is left over becomes metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hexaops.features.logs.formats.draft import Draft, Drafts, UnreadableLineError

COMPONENT = ("component", "service_name", "app", "app_kubernetes_io_name", "job", "container")
POD = ("pod", "pod_name", "k8s_pod_name")
LEVEL = ("level", "detected_level", "severity")
WORKSPACE = ("workspace_id",)
TRACE = ("trace_id", "traceID", "traceId")
_decoder = msgspec.json.Decoder(dict[str, Any])


def read_loki_json(body: bytes) -> Drafts:
    """Every entry of the request, numbered in its order; raises MsgspecError when the body is no JSON object."""
    drafts, number = Drafts([], []), 0
    streams = _decoder.decode(body).get("streams")
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
