"""How signing secrets are kept: encrypted (AES-256-GCM), with a key that is not in the database.

They must be readable to sign with, so they cannot be hashed as tokens are. Whoever copies the database alone gets
nothing; each sealed secret is bound to its subscription, so that swapping two rows' secrets does not work either.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
from pathlib import Path

from hexaops.features.webhooks.errors import SecretUnreadableError
from hexaops.logs import Redactor

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = "v1:"


class SecretBox:
    """Seals and opens; every secret that passes through is blotted out of all log lines from then on."""

    def __init__(self, *, home: Path, configured_key: str | None, redactor: Redactor) -> None:
        self._home = home
        self._configured_key = configured_key
        self._redactor = redactor
        self._key: bytes | None = None

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
        if self._key is None:
            self._key = _read_key(self._configured_key) if self._configured_key else self._own_key()
        return self._key

    def _own_key(self) -> bytes:
        """The key in the home folder, made on first use: it appears whole or not at all, and only once."""
        file = self._home / "secrets.key"
        if not file.exists():
            self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = file.with_name(f"secrets.key.{secrets.token_hex(8)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as output:
                output.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
                output.flush()
                os.fsync(output.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, file)
            draft.unlink()
        return _read_key(file.read_text())


def _read_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        message = f"The key of the signing secrets must be {KEY_BYTES} bytes in base64"
        raise SecretUnreadableError(message)
    return key
