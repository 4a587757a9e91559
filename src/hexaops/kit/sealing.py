"""Authenticated encryption (AES-256-GCM) of what is stored and must be readable again.

Each sealed text is bound to its owner, so that swapping two rows' texts does not work.
"""

from __future__ import annotations

import base64
import binascii
import os

NONCE_BYTES = 12
VERSION = "v1:"


class SealBrokenError(ValueError):
    """The text was encrypted with a different key or for a different owner."""


def seal(key: bytes, text: str, *, owner: str) -> str:
    """The encrypted text."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 # slow to import

    nonce = os.urandom(NONCE_BYTES)
    return VERSION + base64.b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), owner.encode())).decode()


def unseal(key: bytes, sealed: str, *, owner: str) -> str:
    """The text again; raises SealBrokenError."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 # slow to import
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 # slow to import

    try:
        raw = base64.b64decode(sealed.removeprefix(VERSION))
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        message = "sealed with another key or for another owner"
        raise SealBrokenError(message) from error
