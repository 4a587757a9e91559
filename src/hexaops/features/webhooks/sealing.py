"""How signing secrets are kept: encrypted (AES-256-GCM), with a key that is not in the database.

They must be readable to sign with, so they cannot be hashed as tokens are. Whoever copies the database alone gets
nothing; each sealed secret is bound to its subscription, so that swapping two rows' secrets does not work either.
"""

from __future__ import annotations

import base64
import os

from hexaops.features.webhooks.errors import SecretUnreadableError
from hexaops.kit.keys import SecretKey, UnusableKeyError
from hexaops.logs import Redactor

NONCE_BYTES = 12
VERSION = "v1:"


class SecretBox:
    """Seals and opens; every secret that passes through is blotted out of all log lines from then on."""

    def __init__(self, key: SecretKey, *, redactor: Redactor) -> None:
        self._key = key
        self._redactor = redactor

    def seal(self, secret: str, *, owner: str) -> str:
        """The encrypted secret of a subscription."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 # slow to import

        self._remember(secret)
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._get_key()).encrypt(nonce, secret.encode(), owner.encode())
        return VERSION + base64.b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, *, owner: str) -> str:
        """The secret; raises SecretUnreadableError when it was sealed with another key or for another owner."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 # slow to import
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 # slow to import

        raw = base64.b64decode(sealed.removeprefix(VERSION))
        try:
            opened = AESGCM(self._get_key()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode())
        except InvalidTag:
            message = "The signing secret cannot be decrypted with this process's key: restore the key or rotate it"
            raise SecretUnreadableError(message) from None
        secret = opened.decode()
        self._remember(secret)
        return secret

    def _remember(self, secret: str) -> None:
        self._redactor.add(secret.partition("_")[2])

    def _get_key(self) -> bytes:
        try:
            return self._key.get()
        except UnusableKeyError as error:
            raise SecretUnreadableError(str(error)) from None
