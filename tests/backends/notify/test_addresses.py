"""Addresses: what the list refuses, and that only the operator's networks get around it."""

from __future__ import annotations

import pytest

from hexaops.backends.notify.addresses import AddressPolicy


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("0.0.0.0", "unspecified"),  # noqa: S104 # an address to refuse, not one to listen on
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("169.254.169.254", "link-local"),
        ("168.63.129.16", "cloud platform service"),
        ("192.0.0.8", "reserved"),
        ("198.19.0.1", "benchmarking"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("::7f00:1", "reserved"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("2002:7f00:1::", "6to4"),
        ("2001::1", "reserved for protocols"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("fd00:ec2::254", "private"),
        ("ff02::1", "multicast"),
        ("5f00::1", "reserved"),
        ("not an address", "unreadable"),
    ],
)
def test_what_only_we_can_reach_is_refused(address: str, kind: str) -> None:
    assert AddressPolicy().refusal(address) == kind


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_the_internet_is_allowed(address: str) -> None:
    assert AddressPolicy().refusal(address) is None


def test_the_operators_networks_are_allowed_and_nothing_beside_them() -> None:
    policy = AddressPolicy(["10.96.0.0/12", "::1"])
    assert policy.refusal("10.96.0.1") is None
    assert policy.refusal("::ffff:10.96.0.1") is None
    assert policy.refusal("::1") is None
    assert policy.refusal("10.0.0.1") == "private"
    assert policy.refusal("127.0.0.1") == "loopback"
