"""Which addresses tenants may have requests sent to: those of the public internet, and what the operator allows.

`ipaddress.is_global` is no filter: on Python 3.11 it calls 224.0.0.1, 64:ff9b::7f00:1, 2002:7f00:1:: and 192.0.0.8
global. So the list is ours, after the IANA special-purpose registries
(https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DENIED_IPV4 = {
    "0.0.0.0/8": "unspecified",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier-grade NAT",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "cloud platform service",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4 relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
DENIED_IPV6 = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "NAT64",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
    "2001::/23": "reserved for protocols",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "3fff::/20": "documentation",
}
UNICAST_IPV6 = ipaddress.IPv6Network("2000::/3")
"""Nothing outside this is routed on the internet."""


class AddressPolicy:
    """Says why an address is refused; the operator's own networks are allowed whatever the list says."""

    def __init__(self, allowed_networks: Iterable[str] = ()) -> None:
        self._allowed: list[Network] = [ipaddress.ip_network(network, strict=False) for network in allowed_networks]
        denied = [*DENIED_IPV4.items(), *DENIED_IPV6.items()]
        self._denied: list[tuple[Network, str]] = [(ipaddress.ip_network(network), kind) for network, kind in denied]

    def refusal(self, text: str) -> str | None:
        """What kind of forbidden address this is, or None when it may be reached."""
        try:
            address = plain(ipaddress.ip_address(text))
        except ValueError:
            return "unreadable"
        if any(address in network for network in self._allowed):
            return None
        for network, kind in self._denied:
            if address in network:
                return kind
        if isinstance(address, ipaddress.IPv6Address) and address not in UNICAST_IPV6:
            return "reserved"
        return None


def plain(address: Address) -> Address:
    """The IPv4 address inside a v4-mapped one, any other as it is, without a zone."""
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return mapped if mapped is not None else ipaddress.IPv6Address(int(address))
    return address
