"""A folder of this machine, or one that replicas share: synced to the disk, under its name only once it is whole.

Written by hand: obstore's local store neither syncs what it writes nor sets the files' mode.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from hexaops.backends.objects.store import ObjectStoreError


class FolderStore(Struct, frozen=True):
    """Readable by this user only."""

    folder: Path

    def put(self, name: str, content: bytes) -> None:
        """Write beside, sync, rename, sync the folder."""
        part = self.folder / f"{name.partition('.')[0]}.{secrets.token_hex(8)}.part"
        with _told():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as output:
                output.write(content)
                output.flush()
                os.fsync(output.fileno())
            part.replace(self.folder / name)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def get(self, name: str) -> bytes:
        """Read the file."""
        with _told():
            return (self.folder / name).read_bytes()

    def exists(self, name: str) -> bool:
        """Whether the file is there."""
        return (self.folder / name).exists()

    def delete(self, name: str) -> None:
        """Remove the file."""
        with _told():
            (self.folder / name).unlink(missing_ok=True)

    def tidy(self, prefix: str) -> None:
        """Remove the parts of a process that was killed."""
        with _told():
            for one in self.folder.glob(f"{prefix}.*.part"):
                one.unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    """What the file system refuses, without the folder's path."""
    try:
        yield
    except OSError as error:
        raise ObjectStoreError(f"The folder of archives cannot be used: {error.strerror}") from error
