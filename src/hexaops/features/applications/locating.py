"""Where an application is that a path names without its workspace: object → workspace → may the caller enter it.

Absent and foreign are refused alike, also while a cluster has not been read: then neither can be told from the other.
"""

from __future__ import annotations

from typing import NoReturn

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import ApplicationNotFoundError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.workspaces.directory import WorkspaceDirectory


class Placed(Struct, frozen=True):
    """An application, its workspace, and the caller inside of it."""

    caller: Caller
    workspace: Workspace
    application: Application


class ApplicationLocator(Struct, frozen=True):
    """Resolves ids of applications on every cluster."""

    applications: ApplicationService
    directory: WorkspaceDirectory
    authorizer: Authorizer

    async def locate(self, caller: Caller, application_id: str, permission: str) -> Placed:
        """The application; raises ApplicationNotFoundError, or the audience's 403 without the permission."""
        found = self.applications.find_anywhere(application_id)
        if found is None:
            self._refuse()
        workspace = await self.directory.for_namespace(found.cluster_id, found.application.project)
        if workspace is None:
            self._refuse()
        try:
            inside = await self.authorizer.authorize(caller, permission, workspace.id)
        except WorkspaceNotFoundError:
            self._refuse()
        return Placed(inside, workspace, found.application)

    def _refuse(self) -> NoReturn:
        self.applications.check_every_cluster_read()
        raise ApplicationNotFoundError
