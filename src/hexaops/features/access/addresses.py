"""The client's address: the peer's, unless there are trusted proxies.

Each trusted proxy appends the address that it saw, so the client stands that many places from the right; everything
further left is what the client chose to write.
"""

from __future__ import annotations

import ipaddress

from fastapi import Request


def client_address(request: Request, *, trusted_proxies: int) -> str:
    """The address as text; `unknown` when there is none (a Unix socket)."""
    peer = request.client.host if request.client else "unknown"
    if trusted_proxies == 0:
        return peer
    named = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    if len(named) < trusted_proxies:
        return peer
    try:
        return str(ipaddress.ip_address(named[-trusted_proxies]))
    except ValueError:
        return peer


def address_group(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
