"""How a backup is not found, or fails."""

from __future__ import annotations

from hexaops.errors import NotFoundError
from hexaops.features.runs.errors import StepFailedError


class BackupNotFoundError(NotFoundError):
    """No backup of a workspace that the caller may enter has this id."""

    code = "BACKUP_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Backup not found")


class ApplicationGoneError(StepFailedError):
    """The application was deleted, or created anew, before it was backed up."""

    code = "APPLICATION_GONE"


class ArchiveBrokenError(StepFailedError):
    """An archive cannot be written, or not be read back as it was written."""

    code = "ARCHIVE_BROKEN"


class BackupKeyUnusableError(StepFailedError):
    """The key that encrypts the Secrets in archives is not usable."""

    code = "BACKUP_KEY_UNUSABLE"
