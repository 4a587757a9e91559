"""Archives in a store: gzipped JSON in which each Secret is encrypted, written whole or not at all.

The manifests collected wait under a name of their own (`.collected`) until they are compressed, so that a run which is
killed in between goes on with what it collected.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import Struct

from hexaops.backends.objects.store import ObjectStore, ObjectStoreError
from hexaops.features.backups.collecting import SECRET, Collected, Source
from hexaops.features.backups.errors import ArchiveBrokenError, BackupKeyUnusableError
from hexaops.kit.keys import SecretKey, UnusableKeyError
from hexaops.kit.sealing import SealBrokenError, seal, unseal
from hexaops.runbooks.model import Sealed

FORMAT = "hexaops-backup/1"
PURPOSE = "backups"
ENCRYPTED = "<encrypted>"
"""Stands for a Secret's value."""


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds."""

    format: str
    backup_id: str
    source: dict[str, str]
    objects: list[dict[str, Any]]
    """As the API server returned them; of a Secret its kind and name, and all of it in `sealed`."""
    missing: dict[str, str]


class Written(Struct, frozen=True):
    """An archive as it is kept."""

    sha256: str
    size_bytes: int
    objects: int


class Entry(Struct, frozen=True):
    """An object in an archive."""

    document: dict[str, Any]
    """Of a Secret its type and the names of its keys."""
    uid: str
    sealed: Sealed | None = None


class Archives:
    """All archives of a store. Every method blocks."""

    def __init__(self, store: ObjectStore, key: SecretKey) -> None:
        self._store = store
        self._key = key

    def encode(self, backup_id: str, source: Source, collected: Collected) -> bytes:
        """The document, uncompressed; raises BackupKeyUnusableError."""
        archive = Archive(
            format=FORMAT,
            backup_id=backup_id,
            source=msgspec.to_builtins(source),
            objects=[self._sealed(backup_id, one) for one in collected.objects],
            missing=dict(collected.missing),
        )
        return msgspec.json.encode(archive)

    def keep(self, backup_id: str, document: bytes) -> None:
        """Put a document aside until it is written; raises ArchiveBrokenError."""
        with _told():
            self._store.put(_staged(backup_id), document)

    def is_kept(self, backup_id: str) -> bool:
        """Whether a document was put aside here."""
        with _told():
            return self._store.exists(_staged(backup_id))

    def write(self, backup_id: str) -> Written:
        """Make the archive of the document that was put aside; raises ArchiveBrokenError."""
        with _told():
            document = self._store.get(_staged(backup_id))
            content = gzip.compress(document, mtime=0)
            self._store.put(_name(backup_id), content)
        return Written(hashlib.sha256(content).hexdigest(), len(content), len(_decoded(document).objects))

    def read(self, backup_id: str, sha256: str) -> list[dict[str, Any]]:
        """Its objects, Secrets decrypted; raises ArchiveBrokenError where anything is not as it was written."""
        archive = self._checked(backup_id, sha256)
        return [self._opened(backup_id, one) for one in archive.objects]

    def _checked(self, backup_id: str, sha256: str) -> Archive:
        with _told():
            content = self._store.get(_name(backup_id))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArchiveBrokenError("The archive is not as it was written: its checksum differs")
        archive = _decoded(gzip.decompress(content))
        if archive.backup_id != backup_id:
            raise ArchiveBrokenError("The archive is of another backup")
        return archive

    def entries(self, backup_id: str, sha256: str) -> list[Entry]:
        """Its objects with Secrets still encrypted, but for the names of their keys; raises as `read` does."""
        return [self._entry(backup_id, one) for one in self._checked(backup_id, sha256).objects]

    def unseal(self, sealed: Sealed) -> dict[str, Any]:
        """The object that was encrypted; raises ArchiveBrokenError."""
        try:
            text = unseal(self._derived(), sealed.text, owner=sealed.owner)
        except SealBrokenError as error:
            raise ArchiveBrokenError("A Secret in the archive cannot be decrypted with this process's key") from error
        opened: dict[str, Any] = msgspec.json.decode(text)
        return opened

    def settle(self, backup_id: str) -> None:
        """Remove what is kept beside the finished archive; raises ArchiveBrokenError."""
        with _told():
            self._store.delete(_staged(backup_id))
            self._store.tidy(backup_id)

    def remove(self, backup_id: str) -> None:
        """Remove everything of a backup; raises ArchiveBrokenError."""
        with _told():
            self._store.delete(_name(backup_id))
        self.settle(backup_id)

    def _sealed(self, backup_id: str, one: dict[str, Any]) -> dict[str, Any]:
        """All of a Secret is encrypted: its annotations may repeat its data."""
        if one["kind"] != SECRET.name:
            return one
        metadata = {key: one["metadata"].get(key) for key in ("namespace", "name")}
        sealed = seal(self._derived(), msgspec.json.encode(one).decode(), owner=_owner(backup_id, one))
        return {"apiVersion": one["apiVersion"], "kind": one["kind"], "metadata": metadata, "sealed": sealed}

    def _derived(self) -> bytes:
        try:
            return self._key.derive(PURPOSE)
        except UnusableKeyError as error:
            raise BackupKeyUnusableError(str(error)) from None

    def _opened(self, backup_id: str, one: dict[str, Any]) -> dict[str, Any]:
        return self.unseal(Sealed(one["sealed"], _owner(backup_id, one))) if "sealed" in one else one

    def _entry(self, backup_id: str, one: dict[str, Any]) -> Entry:
        if "sealed" not in one:
            return Entry(one, one["metadata"].get("uid", ""))
        sealed = Sealed(one["sealed"], _owner(backup_id, one))
        opened = self.unseal(sealed)
        shown = {key: value for key, value in one.items() if key != "sealed"}
        shown["type"] = opened.get("type", "Opaque")
        shown["data"] = dict.fromkeys(sorted(opened.get("data") or {}), ENCRYPTED)
        return Entry(shown, opened["metadata"].get("uid", ""), sealed)


@contextmanager
def _told() -> Iterator[None]:
    """What the store refuses."""
    try:
        yield
    except ObjectStoreError as error:
        raise ArchiveBrokenError(str(error)) from error


def _name(backup_id: str) -> str:
    return f"{backup_id}.json.gz"


def _staged(backup_id: str) -> str:
    return f"{backup_id}.collected"


def _owner(backup_id: str, one: Mapping[str, Any]) -> str:
    return f"{backup_id}/{one['metadata'].get('namespace')}/{one['metadata'].get('name')}"


def _decoded(document: bytes) -> Archive:
    try:
        return msgspec.json.decode(document, type=Archive)
    except msgspec.DecodeError as error:
        raise ArchiveBrokenError("The archive does not hold a backup") from error
