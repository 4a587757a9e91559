"""Protocol buffers and snappy, on bytes that the official libraries wrote, and on damaged ones."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexaops.features.logs.formats.loki import labels_of, read_loki_protobuf
from hexaops.features.logs.formats.otlp import read_otlp_protobuf
from hexaops.features.logs.formats.protobuf import WireError
from hexaops.features.logs.formats.snappy import unpack

OTLP = base64.b64decode(
    "CoYCCk4KFQoMc2VydmljZS5uYW1lEgUKA3dlYgoXCgxrOHMucG9kLm5hbWUSBwoFd2ViLTEKHAoUaGV4YW9wcy53b3Jrc3BhY2VfaWQSBAoCV1MS"
    "swESlQEJFbFkHHAVrBcQESoXChVjb25uZWN0aW9uIHJlZnVzZWQgw6kyEAoBbhILGPv//////////wEyCAoCb2sSAhABMhEKBHRvb2sSCSEAAAAA"
    "AAD4PzIPCgRsaXN0EgcqBQoDCgFhMhMKA21hcBIMMgoKCAoBeBIDGKwCShAK92UZFs1D3YRI6yEcgDGcUgi3rWtxaSAzMRIZGgR3YXJuKggKBnNl"
    "Y29uZFkA5AgVcBWsFw=="
)
"""Two records, written by opentelemetry-proto's Python classes."""
SNAPPY = base64.b64decode(
    "8AsweyJhIjogImhlbGxvIFoGAAQiff4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4mAP4m"
    "AP4mAP4mABkm"
)
PACKED = b'{"a": "hello hello hello hello hello"}' * 40
"""What cramjam packed into SNAPPY."""


def number(value: int) -> bytes:
    """A varint."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def field(at: int, value: bytes | int) -> bytes:
    """A field of a message."""
    if isinstance(value, int):
        return number(at << 3) + number(value)
    return number(at << 3 | 2) + number(len(value)) + value


def literal(body: bytes) -> bytes:
    """Snappy without any compression."""
    return number(len(body)) + b"".join(
        bytes([60 << 2, len(part) - 1]) + part for part in (body[at : at + 256] for at in range(0, len(body), 256))
    )


def loki(labels: str, *entries: tuple[int, int, str]) -> bytes:
    """A push request of one stream; of each entry the seconds, the nanoseconds and the line."""
    told = b"".join(
        field(2, field(1, field(1, seconds) + field(2, nanos)) + field(2, line.encode())
              + field(3, field(1, b"trace_id") + field(2, b"t1")))
        for seconds, nanos, line in entries
    )  # fmt: skip
    return field(1, field(1, labels.encode()) + told + field(3, 77))


def test_a_request_of_the_official_library_is_read() -> None:
    drafts = read_otlp_protobuf(OTLP)
    assert drafts.refused == []
    (_, first), (_, second) = drafts.read
    assert (first.message, first.time_us, first.level) == ("connection refused é", 1_705_761_930_123_456, "error")
    assert (first.component, first.pod, first.workspace_id) == ("web", "web-1", "WS")
    assert first.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert first.metadata == {
        "n": -5, "ok": True, "took": 1.5, "list": ["a"], "map": {"x": 300}, "span_id": "b7ad6b7169203331"
    }  # fmt: skip
    assert (second.message, second.time_us, second.level) == ("second", 1_705_761_930_000_000, "warn")


def test_loki_streams_are_read() -> None:
    labels = r'{app="web", pod="web-1", note="a \"b\"", path="C:\q"}'
    drafts = read_loki_protobuf(loki(labels, (1_705_761_930, 123_456_789, "hello"), (1, 0, "again")))
    (_, first), (_, second) = drafts.read
    assert (first.message, first.time_us, first.component, first.pod) == (
        "hello", 1_705_761_930_123_456, "web", "web-1"
    )  # fmt: skip
    assert (first.trace_id, first.metadata) == ("t1", {"note": 'a "b"', "path": r"C:\q"})
    assert (second.message, second.time_us) == ("again", 1_000_000)
    assert labels_of("{}") == {}


def test_snappy_is_unpacked() -> None:
    assert unpack(SNAPPY, 10_000) == PACKED
    assert unpack(literal(PACKED), 10_000) == PACKED
    with pytest.raises(OverflowError):
        unpack(SNAPPY, len(PACKED) - 1)
    for damaged in (SNAPPY[:-1], SNAPPY[:3], b"\x05\x01\x01", b"", b"\x05" + b"\x00" * 9):
        with pytest.raises(WireError):
            unpack(damaged, 10_000)


def test_a_message_within_itself_is_bounded() -> None:
    value = b""
    for _ in range(200):
        value = field(5, field(1, value))
    with pytest.raises(WireError, match="deeply"):
        read_otlp_protobuf(field(1, field(2, field(2, field(5, value)))))


@given(st.binary(max_size=200) | st.integers(0, len(OTLP)).map(lambda at: OTLP[:at] + b"\xff" + OTLP[at + 1 :]))
def test_damaged_bytes_are_refused_and_nothing_else(body: bytes) -> None:
    for read in (read_otlp_protobuf, read_loki_protobuf):
        with suppress(WireError):
            read(body)
    with suppress(WireError, OverflowError):
        unpack(body, 1 << 20)
