"""What of our own store a plan may read: rows, and the contents of backups."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NoReturn

from msgspec import Struct

from hexaops.runbooks.model import ArchivedObject, Fields, OwnRecord, Sealed

RecordReader = Callable[[str, str, str], Awaitable[OwnRecord | None]]
"""Workspace, kind, id → the row, if it is that workspace's."""
BackupReader = Callable[[str, str], Awaitable[Sequence[ArchivedObject]]]
"""Workspace, id → what the backup holds, if it is that workspace's."""
Unseal = Callable[[Sealed], Fields]
"""The object to create, decrypted."""


class OwnData(Struct, frozen=True):
    """Given by the features that keep it."""

    record: RecordReader
    archived: BackupReader
    unseal: Unseal


def unreadable(_sealed: Sealed) -> NoReturn:
    """Where nothing that is sealed is ever sent."""
    message = "a sealed call needs the key of the backups"
    raise AssertionError(message)
