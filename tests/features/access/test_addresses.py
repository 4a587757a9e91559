"""The client's address behind 0, 1 and 2 trusted proxies."""

from __future__ import annotations

import pytest
from fastapi import Request

from hexaops.features.access.addresses import address_group, client_address


def _request(*forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "client": ("192.0.2.1", 1), "headers": headers})


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, (), "192.0.2.1"),
        (0, ("10.0.0.9",), "192.0.2.1"),
        (1, (), "192.0.2.1"),
        (1, ("10.0.0.9",), "10.0.0.9"),
        (1, ("6.6.6.6, 10.0.0.9",), "10.0.0.9"),
        (1, ("6.6.6.6", "10.0.0.9"), "10.0.0.9"),
        (1, ("6.6.6.6, not an address",), "192.0.2.1"),
        (2, ("10.0.0.9",), "192.0.2.1"),
        (2, ("6.6.6.6, 10.0.0.9, 172.16.0.1",), "10.0.0.9"),
        (1, ("2001:DB8::1",), "2001:db8::1"),
    ],
)
def test_the_address_is_counted_from_the_right(proxies: int, forwarded: tuple[str, ...], expected: str) -> None:
    assert client_address(_request(*forwarded), trusted_proxies=proxies) == expected


def test_an_ipv6_network_is_one_client() -> None:
    assert address_group("2001:db8:1:2::1") == address_group("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert address_group("192.0.2.1") == "192.0.2.1"
    assert address_group("unknown") == "unknown"
