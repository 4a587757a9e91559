"""JSON lines of the documented row: timestamp, level, message, component, pod, workspace_id, trace_id, metadata."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from hexaops.backends.logstores.lines import Metadata
from hexaops.features.logs.formats.draft import Draft, Drafts, UnreadableLineError, read_time

_NAMES = ("level", "component", "pod", "workspace_id", "trace_id")
_KNOWN = frozenset({*_NAMES, "timestamp", "message", "metadata"})


class _Row(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A row as it is documented, which becomes a draft in place: a copy of each takes a microsecond. One with other
    fields, or wrong ones, is looked at field by field.
    """

    message: str
    time_us: str | int | float | None = msgspec.field(name="timestamp", default=None)
    """As it was sent; then, of a draft, microseconds."""
    level: str | None = None
    component: str | None = None
    pod: str | None = None
    workspace_id: str | None = None
    trace_id: str | None = None
    metadata: Metadata | None = None


_rows = msgspec.json.Decoder(_Row)
_decoder = msgspec.json.Decoder(dict[str, Any])


def read_ndjson(body: bytes) -> Drafts:
    """Every line on its own; empty ones count but are nothing."""
    try:
        rows = _rows.decode_lines(body)
        if len(rows) == body.count(b"\n") + (not body.endswith(b"\n")):  # empty lines count in the numbers of others
            return Drafts([*enumerate(_as_drafts(rows), 1)], [])
    except (msgspec.MsgspecError, UnreadableLineError):
        pass  # some line: which one, and why, is told by reading each
    return _one_by_one(body)


def _one_by_one(body: bytes) -> Drafts:
    drafts = Drafts([], [])
    for number, raw in enumerate(body.split(b"\n"), 1):
        if not raw or raw.isspace():
            continue
        try:
            drafts.read.append((number, _read(raw)))
        except msgspec.MsgspecError:
            drafts.refused.append((number, "not a JSON object"))
        except UnreadableLineError as error:
            drafts.refused.append((number, str(error)))
    return drafts


def _read(raw: bytes) -> Draft:
    try:
        return _as_drafts([_rows.decode(raw)])[0]
    except msgspec.ValidationError:
        return _draft(_decoder.decode(raw))


def _as_drafts(rows: list[_Row]) -> list[Draft]:
    """The same objects, with their times read; raises UnreadableLineError."""
    for row in rows:
        if row.time_us is not None:
            row.time_us = read_time(row.time_us)
    return cast("list[Draft]", rows)


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
