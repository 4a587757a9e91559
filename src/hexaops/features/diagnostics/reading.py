"""What a diagnostic action looks at: the application, its workspace's snapshot, and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.diagnosis.objects import Obj
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.errors import ApplicationNotFoundError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.runs.errors import StepFailedError
from hexaops.features.workspaces.directory import WorkspaceDirectory


@dataclass(frozen=True)
class Place:
    """An application of a workspace."""

    workspace: Workspace
    application: Application


@dataclass(frozen=True)
class DiagnosticReader:
    """Reads for one operation; raises StepFailedError for what is gone."""

    directory: WorkspaceDirectory
    applications: ApplicationService
    diagnoses: DiagnosisService

    async def place(self, workspace_id: str, application_id: str) -> Place:
        """The application, as it is now."""
        workspace = await self.directory.find(workspace_id)
        if workspace is None:
            raise StepFailedError("Its workspace was removed")
        try:
            return Place(workspace, self.applications.get(workspace, application_id))
        except ApplicationNotFoundError as error:
            raise StepFailedError("The application is not there any more") from error

    async def snapshot(self, place: Place) -> Snapshot:
        """Everything that the workspace may see, without log lines."""
        return await self.diagnoses.snapshot(place.workspace, logs=False)

    async def findings(self, place: Place) -> Sequence[Finding]:
        """What the diagnosis says of the application."""
        made = await self.diagnoses.get(place.workspace, logs=True)
        return self.diagnoses.about(place.workspace, place.application, made)

    def template(self, snapshot: Snapshot, place: Place) -> Obj | None:
        """The application's workload."""
        one = place.application
        return snapshot.find(one.kind, one.project, one.name)

    def pods(self, snapshot: Snapshot, place: Place) -> list[Obj]:
        """Its pods."""
        named = {pod.name for pod in place.application.pods}
        return [pod for pod in snapshot.pods_in(place.application.project) if pod.name in named]

    def services(self, snapshot: Snapshot, place: Place) -> list[Obj]:
        """The Services that select it."""
        names = self.applications.related(place.workspace, place.application).services
        found = [snapshot.find("Service", place.application.project, name) for name in names]
        return [one for one in found if one is not None]

    def services_named(self, snapshot: Snapshot, place: Place, name: str) -> list[Obj]:
        """The Services of an application or Service of the workspace."""
        project, _, plain = name.rpartition("/")
        own = [one for one in snapshot.of("Service") if one.name == plain and project in {"", one.namespace}]
        mine = [one for one in own if place.workspace.owns(one.namespace)]
        if mine:
            near = [one for one in mine if one.namespace == place.application.project]
            return near or mine[:1]
        try:
            other = self.applications.get(place.workspace, name)
        except HexaopsError as error:
            message = f"The workspace has no Service and no application named {name}"
            raise StepFailedError(message) from error
        found = self.services(snapshot, Place(place.workspace, other))
        if not found:
            message = f"No Service selects {other.name}"
            raise StepFailedError(message)
        return found
