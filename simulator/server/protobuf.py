"""Bodies in Kubernetes' protobuf form, which kubectl uses for what it creates.

An envelope (`runtime.Unknown`) names the kind; the object follows in the layout of `protobuf.json`, facts taken from
the Go types by `tools/kubernetes_protobuf.py`. Answers are JSON always: every client accepts that.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from simulator.server.schema import type_of
from simulator.status import BadRequest

Object = dict[str, Any]
MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_BESIDE = {
    "policy/v1/Eviction": "policy.v1.Eviction",
    "autoscaling/v1/Scale": "autoscaling.v1.Scale",
    "v1/DeleteOptions": "apis.meta.v1.DeleteOptions",
    "meta.k8s.io/v1/DeleteOptions": "apis.meta.v1.DeleteOptions",
}


@cache
def _layouts() -> dict[str, dict[str, str]]:
    content = files("simulator.server").joinpath("protobuf.json").read_bytes()
    decoded: dict[str, dict[str, str]] = msgspec.json.decode(content)
    return decoded


def decode_protobuf(content: bytes) -> Object:
    """The object of an envelope. Raises BadRequest."""
    if not content.startswith(_MAGIC):
        raise BadRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = dict(_fields(content[len(_MAGIC) :]))
        named = {number: value.decode() for number, value in _fields(envelope.get(1, b""))}
        api_version, kind = named.get(1, ""), named.get(2, "")
        type_name = type_of(api_version, kind) or _BESIDE.get(f"{api_version}/{kind}")
        if type_name is None or type_name not in _layouts():
            raise BadRequest(f'no kind "{kind}" is registered for version "{api_version}"')
        return {"kind": kind, "apiVersion": api_version, **_message(envelope.get(2, b""), type_name)}
    except (IndexError, ValueError, AttributeError, struct.error) as error:
        raise BadRequest(f"the protobuf body cannot be decoded: {error}") from error


def _fields(content: bytes) -> Iterator[tuple[int, Any]]:
    """Field numbers and raw values: whole numbers, or bytes."""
    place = 0
    while place < len(content):
        tag, place = _varint(content, place)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value: Any
            value, place = _varint(content, place)
        elif wire == _BYTES:
            size, place = _varint(content, place)
            value, place = content[place : place + size], place + size
            if len(value) != size:
                raise ValueError("unexpected end of data")
        elif wire in (_FIXED64, _FIXED32):
            size = 8 if wire == _FIXED64 else 4
            value, place = content[place : place + size], place + size
        else:
            raise ValueError(f"unknown wire type {wire}")
        yield number, value


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place
        if shift > 63:
            raise ValueError("a number has too many bytes")


def _message(content: bytes, type_name: str) -> Object:
    layout = _layouts()[type_name]
    result: Object = {}
    for number, raw in _fields(content):
        described = layout.get(str(number))
        if described is None:
            continue
        name, flags, kind = described.split("|")
        if not name:
            result.update(_message(raw, kind))
        elif "r" in flags:
            result.setdefault(name, []).append(_value(raw, kind))
        elif "m" in flags:
            entry = dict(_fields(raw))
            result.setdefault(name, {})[entry.get(1, b"").decode()] = _value(entry.get(2, b""), kind)
        else:
            value = _value(raw, kind)
            # What Go leaves out of JSON when it is empty is written in protobuf nevertheless.
            if "k" in flags or value not in ("", 0, False, None, {}):
                result[name] = value
    return result


def _value(raw: Any, kind: str) -> Any:
    match kind:
        case "string":
            return raw.decode()
        case "int":
            return raw - (1 << 64) if raw >= 1 << 63 else raw
        case "bool":
            return bool(raw)
        case "double":
            return struct.unpack("<d", raw)[0]
        case "bytes":
            return base64.b64encode(raw).decode()
        case "quantity":
            return dict(_fields(raw)).get(1, b"0").decode()
        case "int-or-string":
            parts = dict(_fields(raw))
            return parts.get(3, b"").decode() if parts.get(1) else _value(parts.get(2, 0), "int")
        case "time" | "micro-time":
            return _time(dict(_fields(raw)), kind)
        case "raw":
            return msgspec.json.decode(dict(_fields(raw)).get(1, b"null"))
    return _message(raw, kind)


def _time(parts: dict[int, int], kind: str) -> str | None:
    if not parts:
        return None
    moment = datetime.fromtimestamp(_value(parts.get(1, 0), "int"), UTC)
    if moment.year == 1:
        return None
    pattern = "%Y-%m-%dT%H:%M:%SZ" if kind == "time" else f"%Y-%m-%dT%H:%M:%S.{parts.get(2, 0) // 1000:06}Z"
    return moment.strftime(pattern)
