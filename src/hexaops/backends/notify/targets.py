"""Reads the URL of a receiver once; what is checked here is what is sent to, so no two parsers can disagree."""

from __future__ import annotations

import ipaddress
import re

import httpx2

from hexaops.backends.notify.errors import ForbiddenTargetError

LONGEST_URL = 2048
FIRST_FREE_PORT = 1024
CONTROL_PORTS = frozenset(
    {2375, 2376, 2377, 2379, 2380, 3306, 4194, 5432, 5984, 5985, 5986, 6379, 6380, 6443, 6667, 8200, 8300, 8301, 8500,
     8600, 9042, 9092, 9093, 9200, 9300, 10248, 10249, 10250, 10255, 10256, 10257, 10259, 11211, 26379, 27017, 27018}
)  # fmt: skip
"""Free ports that databases, queues and control planes are known by."""
WEB_PORTS = frozenset({80, 443})
PLAIN_URL = re.compile(r"https?://[^\s\\\x00-\x1f\x7f]+", re.IGNORECASE)
NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)


def read_target(url: str, *, allow_http: bool) -> httpx2.URL:
    """The parsed URL; raises ForbiddenTargetError when nothing should ever be sent to such a URL."""
    if len(url) > LONGEST_URL:
        raise refused(f"longer than {LONGEST_URL} characters")
    if not PLAIN_URL.fullmatch(url):
        raise refused("not an https:// URL")
    try:
        target = httpx2.URL(url)
        target.raw_host.decode("ascii")
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        raise refused("not a URL") from None
    if target.scheme != "https" and not allow_http:
        raise refused("must begin with https://")
    if target.userinfo or "@" in target.netloc.decode("ascii"):
        raise refused("must not hold a user name or password")
    if target.fragment:
        raise refused("must not hold a fragment (#…)")
    _check_host(target)
    port = port_of(target)
    if (port not in WEB_PORTS and not FIRST_FREE_PORT <= port <= 65535) or port in CONTROL_PORTS:
        raise refused(f"port {port} belongs to another protocol; use 443 or a port from {FIRST_FREE_PORT}")
    return target


def name_of(target: httpx2.URL) -> str:
    """The host as it goes over the wire: what is resolved, verified and sent is this one spelling."""
    return target.host if is_literal(target.host) else target.raw_host.decode("ascii")


def port_of(target: httpx2.URL) -> int:
    """The port that is connected to."""
    return target.port if target.port is not None else (443 if target.scheme == "https" else 80)


def refused(reason: str, *, host: str | None = None) -> ForbiddenTargetError:
    """The refusal, with its reason for people."""
    return ForbiddenTargetError(reason, details={"host": host} if host else None)


def is_literal(host: str) -> bool:
    """Whether the host is an IP address in its usual form."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _check_host(target: httpx2.URL) -> None:
    host = target.host
    if not host or host.endswith(".."):
        raise refused("has no host")
    if "%" in host:
        raise refused("must not name a network zone")
    last = host.rstrip(".").rsplit(".", 1)[-1]
    if NUMERIC_LABEL.fullmatch(last) and not is_literal(host):
        raise refused("write the address in its usual form, as in 192.0.2.1")
    if not host.isascii() and _older_spelling(host) != name_of(target).lower():
        raise refused("its name means different hosts to IDNA 2003 and 2008; write one that does not")


def _older_spelling(host: str) -> str | None:
    """The name as IDNA 2003 has it, which many resolvers still follow (ß is ss)."""
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
