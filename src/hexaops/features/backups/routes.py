"""Routes of backups."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from hexaops.backends.kubernetes.errors import KubernetesForbiddenError, KubernetesUnavailableError
from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.applications.errors import ApplicationNotFoundError, ClusterUnreadError
from hexaops.features.backups.errors import BackupKeyUnusableError, BackupNotFoundError
from hexaops.features.backups.restoring import RestoreService, RestoreView
from hexaops.features.backups.schemas import BackupRequest, RestoreRequest
from hexaops.features.backups.service import BackupService
from hexaops.features.backups.views import BackupDetailView, BackupView
from hexaops.features.changes.errors import (
    GuardrailRefusedError,
    PlanExpiredError,
    PlanMismatchError,
    PlanNotFoundError,
    PlanStaleError,
)
from hexaops.features.routing import INTERNAL, Entry, service
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, Listing, pagination, refuses
from hexaops.runbooks.runbook import NotApplicableError

Backups = Annotated[BackupService, provided(BackupService)]
Restores = Annotated[RestoreService, provided(RestoreService)]
Page = Annotated[PageRequest, paged()]


@refuses(
    ApplicationNotFoundError,
    BackupKeyUnusableError,
    OperationInProgressError,
    ClusterUnreadError,
    KubernetesForbiddenError,
    KubernetesUnavailableError,
)
async def start_backup(
    caller: AnyCaller, service: Backups, application_id: Annotated[str, Path(max_length=64)], body: BackupRequest
) -> Data[BackupView]:
    """Start a backup of an application; `GET /internal/v1/backups/:id` follows it."""
    return Data(await service.start(caller, application_id, body))


async def list_backups(
    caller: AnyCaller, service: Backups, page: Page, application_id: Annotated[str | None, Query(max_length=64)] = None
) -> Listing[BackupView]:
    """Backups of every workspace that the account may see, newest first."""
    backups, cursor = await service.list(caller, page, application_id)
    return Listing(backups, pagination(cursor))


@refuses(BackupNotFoundError)
async def get_backup(
    caller: AnyCaller, service: Backups, backup_id: Annotated[str, Path(max_length=64)]
) -> Data[BackupDetailView]:
    """One backup with its steps."""
    return Data(await service.get(caller, backup_id))


@refuses(
    BackupNotFoundError,
    NotApplicableError,
    GuardrailRefusedError,
    PlanNotFoundError,
    PlanMismatchError,
    PlanExpiredError,
    PlanStaleError,
    OperationInProgressError,
    KubernetesForbiddenError,
    KubernetesUnavailableError,
)
async def restore_backup(
    caller: AnyCaller, service: Restores, backup_id: Annotated[str, Path(max_length=64)], body: RestoreRequest
) -> Data[RestoreView]:
    """Plan the restoring of a backup, or carry the plan out; `GET /internal/v1/operations/:id` follows it."""
    return Data(await service.restore(caller, backup_id, body))


ROUTES = (
    Entry(
        "POST", f"{INTERNAL}/applications/{{application_id}}/backup", start_backup,
        service("application:write", limit="application"), idempotent=True,
    ),
    Entry("GET", f"{INTERNAL}/backups", list_backups, service("application:read")),
    Entry("GET", f"{INTERNAL}/backups/{{backup_id}}", get_backup, service("application:read")),
    Entry(
        "POST", f"{INTERNAL}/backups/{{backup_id}}/restore", restore_backup, service("application:write"),
        idempotent=True,
    ),
)  # fmt: skip
