"""How signing secrets are kept: encrypted (AES-256-GCM), with a key that is not in the database.

They must be readable to sign with, so they cannot be hashed as tokens are. Whoever copies the database alone gets
nothing; each sealed secret is bound to its subscription, so that swapping two rows' secrets does not work either.
"""

from __future__ import annotations

from hexaops.features.webhooks.errors import SecretUnreadableError
from hexaops.kit.keys import SecretKey, UnusableKeyError
from hexaops.kit.sealing import SealBrokenError, seal, unseal
from hexaops.logs import Redactor


class SecretBox:
    """Seals and opens; every secret that passes through is blotted out of all log lines from then on."""

    def __init__(self, key: SecretKey, *, redactor: Redactor) -> None:
        self._key = key
        self._redactor = redactor

    def seal(self, secret: str, *, owner: str) -> str:
        """The encrypted secret of a subscription."""
        self._remember(secret)
        return seal(self._get_key(), secret, owner=owner)

    def unseal(self, sealed: str, *, owner: str) -> str:
        """The secret; raises SecretUnreadableError when it was sealed with another key or for another owner."""
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
