"""What a certificate in PEM says: from when to when it is valid, and for which hosts."""

from __future__ import annotations

import binascii
from base64 import b64decode
from functools import lru_cache

from msgspec import Struct

DAY = 86400.0


class Certificate(Struct, frozen=True):
    """The leaf of a chain; times in seconds since 1970."""

    not_before: float
    not_after: float
    hosts: tuple[str, ...]

    def covers(self, host: str) -> bool:
        """Whether the host, or the wildcard above it, is among its names."""
        wildcard = f"*.{host.partition('.')[2]}"
        return not self.hosts or host in self.hosts or wildcard in self.hosts


@lru_cache(maxsize=512)
def read_certificate(base64: str) -> Certificate | None:
    """The first certificate of a PEM bundle in Base64, or None when it is none (or was redacted)."""
    try:
        pem = b64decode(base64, validate=True)
    except (binascii.Error, ValueError):
        return None
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        return None
    from cryptography import x509  # noqa: PLC0415 # slow to import, and seldom needed

    try:
        found = x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = tuple(names.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, ValueError):
        hosts = ()
    return Certificate(found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp(), hosts)
