"""Encrypts stored signing secrets (AES-256-GCM) with a key outside the database.

They must be readable to sign with, so they cannot be hashed as tokens are. Whoever copies the database alone gets
nothing; each sealed secret is bound to its subscription, so that swapping two rows' secrets does not work either.
"""

from __future__ import annotations

from hexaops.features.webhooks.errors import SecretUnreadableError
from hexaops.kit.keys import SecretKey, UnusableKeyError
from hexaops.kit.sealing import SealBrokenError, seal, unseal
from hexaops.logs import Redactor


class SecretBox:
    """Encrypts and decrypts; every secret it handles is redacted from all later log lines."""

    def __init__(self, key: SecretKey, *, redactor: Redactor) -> None:
        self._key = key
        self._redactor = redactor

    def seal(self, secret: str, *, owner: str) -> str:
        """The encrypted secret of a subscription."""
        self._remember(secret)
        return seal(self._get_key(), secret, owner=owner)

    def unseal(self, sealed: str, *, owner: str) -> str:
        """Decrypt the secret; raises SecretUnreadableError if key or owner do not match."""
        try:
            secret = unseal(self._get_key(), sealed, owner=owner)
        except SealBrokenError:
            message = "The signing secret cannot be decrypted with this process's key: restore the key or rotate it"
            raise SecretUnreadableError(message) from None
        self._remember(secret)
        return secret

    def _remember(self, secret: str) -> None:
        self._redactor.add(secret.partition("_")[2])

    def _get_key(self) -> bytes:
        try:
            return self._key.get()
        except UnusableKeyError as error:
            raise SecretUnreadableError(str(error)) from None
