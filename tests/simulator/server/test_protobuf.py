"""Bodies in protobuf, encoded here by hand."""

from __future__ import annotations

import pytest

from simulator.server.protobuf import MEDIA_TYPE, decode_protobuf
from simulator.status import BadRequest
from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import CONFIG_MAPS


def number(value: int) -> bytes:
    """A whole number, seven bits a byte."""
    value &= (1 << 64) - 1
    encoded = b""
    while value > 0x7F:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def field(index: int, value: int | str | bytes) -> bytes:
    """A field of a message."""
    if isinstance(value, int):
        return number(index << 3) + number(value)
    content = value.encode() if isinstance(value, str) else value
    return number(index << 3 | 2) + number(len(content)) + content


def envelope(api_version: str, kind: str, content: bytes) -> bytes:
    """What a client sends."""
    return (
        b"k8s\x00" + field(1, field(1, api_version) + field(2, kind)) + field(2, content) + field(3, "") + field(4, "")
    )


def test_maps_bytes_and_metadata() -> None:
    metadata = field(1, "a") + field(2, "") + field(11, field(1, "k") + field(2, "v"))
    secret = field(1, metadata) + field(2, field(1, "key") + field(2, b"\xff\x00")) + field(3, "Opaque")
    assert decode_protobuf(envelope("v1", "Secret", secret)) == {
        "kind": "Secret",
        "apiVersion": "v1",
        "metadata": {"name": "a", "labels": {"k": "v"}},
        "data": {"key": "/wA="},
        "type": "Opaque",
    }


def test_zeros_count_where_they_mean_something() -> None:
    port = field(1, "") + field(2, 0) + field(3, 80) + field(4, "TCP")
    handler = field(1, field(2, field(1, "/") + field(2, field(1, 1) + field(2, 0) + field(3, "http"))))
    limits = field(8, field(1, field(1, "cpu") + field(2, field(1, "500m"))))
    container = field(1, "main") + field(2, "x:1") + field(6, port) + field(10, handler) + limits
    pod = field(2, container) + field(4, 0) + field(11, 0)
    spec = field(1, 0) + field(3, field(2, pod)) + field(5, 0)
    decoded = decode_protobuf(envelope("apps/v1", "Deployment", field(2, spec)))["spec"]
    assert decoded["replicas"] == 0
    assert "minReadySeconds" not in decoded
    found = decoded["template"]["spec"]
    assert (found["terminationGracePeriodSeconds"], "hostNetwork" in found) == (0, False)
    assert found["containers"] == [
        {
            "name": "main",
            "image": "x:1",
            "ports": [{"containerPort": 80, "protocol": "TCP"}],
            "livenessProbe": {"httpGet": {"path": "/", "port": "http"}},
            "resources": {"limits": {"cpu": "500m"}},
        }
    ]


def test_negative_numbers_are_kept() -> None:
    decoded = decode_protobuf(envelope("apps/v1", "Deployment", field(2, field(1, -1))))
    assert decoded["spec"]["replicas"] == -1


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"k8s\x00\xff", envelope("v1", "Nonsense", b""), envelope("v1", "Secret", b"\x0a\xff"),
     envelope("v1", "Secret", b"\x07"), envelope("v1", "Secret", field(1, field(1, b"\xff")))],
)  # fmt: skip
def test_what_cannot_be_decoded_is_a_bad_request(content: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_protobuf(content)


async def test_a_protobuf_body_creates_an_object(api: Api) -> None:
    content = envelope("v1", "ConfigMap", field(1, field(1, "a")) + field(2, field(1, "x") + field(2, "y")))
    answer = await api.client.post(CONFIG_MAPS, content=content, headers={"Content-Type": MEDIA_TYPE})
    assert (answer.status_code, answer.json()["data"]) == (201, {"x": "y"})
    assert api.audit.entries[0]["requestObject"]["metadata"] == {"name": "a"}
