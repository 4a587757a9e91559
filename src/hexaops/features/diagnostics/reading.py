"""What a diagnostic action looks at: the application, its workspace's snapshot, and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis import checks
from hexaops.analysis.applications.model import Application
from hexaops.analysis.checks import Check
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

HEALTH = ("check_replicas", "check_pods", "check_services", "check_findings")
"""Steps of a health check."""
CONNECTIVITY = ("check_service", "check_endpoints", "check_policies")
"""Steps of a connectivity test."""


class Connection(Struct, frozen=True):
    """Where to: a Service or application (None: the application's own Services), and a port of it (None: each)."""

    to: str | None = None
    port: int | None = None


class Place(Struct, frozen=True):
    """An application of a workspace."""

    workspace: Workspace
    application: Application


class DiagnosticReader(Struct, frozen=True):
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

    async def findings(self, place: Place, *, logs: bool = True) -> Sequence[Finding]:
        """What the diagnosis says of the application."""
        made = await self.diagnoses.get(place.workspace, logs=logs)
        return self.diagnoses.about(place.workspace, place.application, made)

    async def health(self, place: Place, step: str, *, logs: bool = True) -> Sequence[Check]:
        """One step of a health check; `logs`: whether log lines may be read for it."""
        if step == "check_replicas":
            return checks.check_replicas(place.application)
        if step == "check_findings":
            return checks.check_findings(await self.findings(place, logs=logs))
        snapshot = await self.snapshot(place)
        if step == "check_pods":
            return checks.check_pods(place.application, self.template(snapshot, place))
        return checks.check_services(snapshot, self.services(snapshot, place))

    async def connectivity(self, place: Place, step: str, wanted: Connection) -> Sequence[Check]:
        """One step of a connectivity test; raises StepFailedError where there is nothing to test."""
        snapshot = await self.snapshot(place)
        services = self.services_named(snapshot, place, wanted.to) if wanted.to else self.services(snapshot, place)
        if not services:
            raise StepFailedError("No Service selects it: name what to test with `to`")
        if step == "check_service":
            return [one for service in services for one in checks.check_ports(service, wanted.port)]
        if step == "check_endpoints":
            return [one for service in services for one in checks.check_endpoints(snapshot, service)]
        pods = self.pods(snapshot, place)
        return [one for service in services for one in checks.check_policies(snapshot, pods, service, wanted.port)]

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
