"""Bodies of the backups' requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hexaops.bodies import Body
from hexaops.features.scaling.schemas import Confirming, Reason

WITHOUT_NUL = r"^[^\x00]*$"
Retention = Literal["short", "standard", "long"]


class BackupRequest(Body):
    """`POST …/applications/:id/backup`."""

    backup_type: Literal["automated", "manual"] = "manual"
    reason: Annotated[str, StringConstraints(max_length=512, pattern=WITHOUT_NUL)] = ""
    retention_policy: Retention = "standard"
    """How long it is kept: settings `backup_retention_…_days`."""
    include_volumes: bool = False
    notification_channels: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=WITHOUT_NUL)]], Field(max_length=20)
    ] = Field([])
    """Of the workspace's channels, those of the settings, and those that the setting `backup_channels` allows."""


class RestoreRequest(Confirming):
    """`POST …/backups/:id/restore`."""

    existing: Literal["keep", "replace"] = "keep"
    """What becomes of an object that is there and differs from the backup."""
    reason: Reason | None = None
