"""Builds the workspaces feature."""

from __future__ import annotations

from datetime import timedelta

from hexaops.features.access.accounts import ServiceAccounts
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.features.access.service_tokens import ServiceTokens
from hexaops.features.audit.log import AuditLog
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.embedded import EmbeddedAccess
from hexaops.features.workspaces.service import FindActive, WorkspaceService
from hexaops.process import Process


def wire_directory(process: Process) -> WorkspaceDirectory:
    """Offer and return who is a member of what: access is built on it, the rest of the feature on access."""
    directory = WorkspaceDirectory(process.settings, process.database)
    process.provider.add(directory)
    return directory


def wire(process: Process, find_active: FindActive) -> None:
    """Offer the feature's services; `find_active` names the operations that still run in a workspace."""
    settings, provider, get = process.settings, process.provider, process.provider.get
    database, audit, clock = process.database, get(AuditLog), process.clock
    workspaces = WorkspaceService(
        settings,
        database,
        get(WorkspaceDirectory),
        process.clusters,
        audit=audit,
        clock=clock,
        find_active=find_active,
    )
    embedded = EmbeddedAccess(
        workspaces,
        get(ServiceAccounts),
        get(ServiceTokens),
        provider.find(LocalIssuer),
        redactor=process.redactor,
        token_lifetime=timedelta(days=settings.local_token_days),
    )
    for service in (workspaces, AutomationSwitch(database, audit=audit, clock=clock), embedded):
        provider.add(service)
