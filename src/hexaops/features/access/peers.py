"""Where the internal API may be called from, and which client certificate its callers present."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

from fastapi import Request
from msgspec import Struct

Network = IPv4Network | IPv6Network


class Trust(Struct, frozen=True):
    """What the settings say of peers."""

    proxies: int = 0
    networks: Sequence[Network] = ()
    """Networks that may call the internal API; none: all."""
    client_certificates: bool = False
    """Whether its callers must present one."""

    def allows(self, address: str) -> bool:
        """Whether the internal API may be called from the address."""
        if not self.networks:
            return True
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in network for network in self.networks)


def certified_name(request: Request) -> str | None:
    """The common name of the verified client certificate, from ASGI's TLS extension."""
    tls = (request.scope.get("extensions") or {}).get("tls") or {}
    name = str(tls.get("client_cert_name") or "")
    return name.removeprefix("CN=") if name.startswith("CN=") else None
