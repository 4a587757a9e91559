"""JSON lines of the documented row: timestamp, level, message, component, pod, workspace_id, trace_id, metadata."""

from __future__ import annotations

from typing import Any

import msgspec

from hexaops.features.logs.formats.draft import Draft, Drafts, UnreadableLineError, read_time

_NAMES = ("level", "component", "pod", "workspace_id", "trace_id")
_KNOWN = frozenset({*_NAMES, "timestamp", "message", "metadata"})
_decoder = msgspec.json.Decoder(dict[str, Any])


def read_ndjson(body: bytes) -> Drafts:
    """Every line on its own; empty ones count but are nothing."""
    drafts = Drafts([], [])
    for number, raw in enumerate(body.split(b"\n"), 1):
        if not raw or raw.isspace():
            continue
        try:
            drafts.read.append((number, _draft(_decoder.decode(raw))))
        except msgspec.MsgspecError:
            drafts.refused.append((number, "not a JSON object"))
        except UnreadableLineError as error:
            drafts.refused.append((number, str(error)))
    return drafts


def _draft(row: dict[str, Any]) -> Draft:
    message, metadata = row.get("message"), row.get("metadata")
    if not isinstance(message, str):
        raise UnreadableLineError("message: a text is required")
    if not isinstance(metadata, dict | None):
        raise UnreadableLineError("metadata: not an object")
    names: dict[str, str | None] = {}
    for name in _NAMES:
        value = row.get(name)
        if not isinstance(value, str | None):
            raise UnreadableLineError(f"{name}: not a text")
        names[name] = value or None
    more = {name: value for name, value in row.items() if name not in _KNOWN}
    time = row.get("timestamp")
    return Draft(
        message=message,
        time_us=None if time is None else read_time(time),
        metadata={**more, **(metadata or {})},
        **names,
    )
