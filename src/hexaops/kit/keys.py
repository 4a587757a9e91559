"""The process's secret key: configured, or made once in the home folder. Each use takes a key of its own from it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


class UnusableKeyError(ValueError):
    """The key is not 32 bytes in base64."""


class SecretKey:
    """Read when first needed."""

    def __init__(self, home: Path, configured: str | None = None) -> None:
        self._home = home
        self._configured = configured
        self._file = home / "secrets.key"
        self._key: bytes | None = None

    def get(self) -> bytes:
        """The key itself; raises UnusableKeyError."""
        if self._key is None:
            self._key = _read(self._configured) if self._configured else self._own()
        return self._key

    def check(self) -> None:
        """Raise UnusableKeyError for a configured or stored key that is none; a missing one is made when needed."""
        if self._configured or self._file.exists():
            self.get()

    def derive(self, purpose: str) -> bytes:
        """A key for one purpose, which tells nothing about the others."""
        return hmac.digest(self.get(), purpose.encode(), hashlib.sha256)

    def _own(self) -> bytes:
        """The key in the home folder, made on first use: it appears whole or not at all, and only once."""
        file = self._file
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
        return _read(file.read_text(errors="replace"))


def _read(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:  # of base64, or of letters beyond ASCII
        key = b""
    if len(key) != KEY_BYTES:
        message = f"The key of the signing secrets must be {KEY_BYTES} bytes in base64"
        raise UnusableKeyError(message)
    return key
