"""One process per SQLite file: a second one would mistake the first's running work for a dead process's."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hexaops.errors import ConflictError


class AlreadyServedError(ConflictError):
    """Another process is using this home folder or database file."""

    code = "ALREADY_SERVED"


class FileLock:
    """An advisory lock file, released by the operating system however the process ends."""

    def __init__(self, database: Path | None, *, shown: Path | None = None) -> None:
        """`shown` is the path named in the error, if not the file itself."""
        self._path = database.with_name(database.name + ".lock") if database else None
        self._shown = shown or database
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process holds the lock, so no other process is using the file."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Acquire the lock or raise AlreadyServedError; a no-op without a file."""
        if self._path is None or self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            message = f"{self._shown} is served by another process: stop it, or give --home another folder"
            raise AlreadyServedError(message) from None
        self._descriptor = descriptor

    def release(self) -> None:
        """Release the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
