"""Starts, shows and stops operations for service accounts."""

from __future__ import annotations

from msgspec import Struct

from hexaops.errors import ValidationFailedError
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.parts import PlannedParts
from hexaops.features.operations.errors import OperationEndedError, WorkspaceOperationNotFoundError
from hexaops.features.operations.schemas import OperationParameters, OperationRequest
from hexaops.features.operations.views import WorkspaceOperationView, workspace_operation_view
from hexaops.features.operations.work import COMMON, WorkspaceWork
from hexaops.features.runs.starting import NewOperation, OperationStarter
from hexaops.features.runs.store import OperationFilter, steps_by_operation
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.paging import PageRequest
from hexaops.responses import Listing, pagination
from hexaops.storage.tables import OperationRow

SURFACE = "operation"
READ, ADMINISTER = "workspace:read", "workspace:admin"
RUN = "workspace_operation"
"""Its own kind of durable run: it waits for the changes that it starts, whose places it must not take."""


class OperationService(Struct, frozen=True):
    """One for the process."""

    starter: OperationStarter
    works: dict[str, WorkspaceWork]
    """Operations that can be started, by name."""
    parts: PlannedParts
    applications: ApplicationService
    authorizer: Authorizer
    automation: AutomationSwitch

    def add(self, work: WorkspaceWork) -> None:
        """Offer an operation of a feature above."""
        self.works[work.name] = work

    async def start(self, caller: Caller, body: OperationRequest) -> WorkspaceOperationView:
        """The operation, just started; raises OperationInProgressError while another one runs in the workspace."""
        workspace, work = caller.get_workspace(), self.works.get(body.operation)
        if work is None:
            known = ", ".join(sorted(self.works))
            raise ValidationFailedError("Unknown operation", details={"operation": f"one of {known}"})
        given = body.parameters
        if given.plan_id is not None:
            return await self.get(caller, await self.parts.confirm(caller, given.plan_id, given.plan_hash or ""))
        if given.target_component is not None:
            self._check_target(caller, given.target_component)
        _check_taken(work, given)
        if work.changes:
            await self.automation.check(workspace.id)
        parameters = given.model_dump(exclude_none=True)
        await work.check(workspace.id, parameters)
        context = body.context.model_dump(exclude_none=True)
        details = {"operation": work.name, **parameters, "context": context}
        new = NewOperation(
            kind=work.name,
            run=RUN,
            workspace_id=workspace.id,
            cluster_id=workspace.cluster_id,
            resource=f"{workspace.cluster_id}/Workspace/{workspace.id}",
            resource_id=workspace.id,
            description=work.description,
            parameters=parameters,
            context=context,
            steps=work.steps_in(workspace),
            actor=caller.event("operation.started", resource=workspace.id, details=details),
        )
        return await self.get(caller, await self.starter.start(new))

    async def get(self, caller: Caller, operation_id: str) -> WorkspaceOperationView:
        """One operation; raises WorkspaceOperationNotFoundError for absent and foreign alike."""
        row = await self._row(caller, operation_id, READ)
        steps = await self.starter.store.steps(row.id)
        return workspace_operation_view(row, steps, self.starter.clock.now())

    async def list(
        self, caller: Caller, *, workspace_id: str | None, status: str | None, page: PageRequest
    ) -> Listing[WorkspaceOperationView]:
        """Operations, newest first, of those workspaces only that the account may enter."""
        if workspace_id is not None:
            await self.authorizer.authorize(caller, READ, workspace_id)
        stored = "executing" if status == "running" else status
        wanted = OperationFilter(workspace_id, SURFACE, status=stored, among=caller.principal.workspace_ids)
        store = self.starter.store
        rows, cursor = await store.list(wanted, page)
        async with store.database.reading() as session:
            steps = await steps_by_operation(session, [row.id for row in rows])
        now = self.starter.clock.now()
        shown = [workspace_operation_view(row, steps[row.id], now) for row in rows]
        return Listing(data=shown, pagination=pagination(cursor))

    async def cancel(self, caller: Caller, operation_id: str) -> WorkspaceOperationView:
        """Ask a running operation to stop; what it changed is put back."""
        row = await self._row(caller, operation_id, ADMINISTER)
        if not await self.starter.store.request_cancel(row.id):
            current = await self._row(caller, operation_id, ADMINISTER)
            message = f"The operation cannot be cancelled: it is {current.status}"
            raise OperationEndedError(message, details={"status": current.status})
        return await self.get(caller, operation_id)

    async def _row(self, caller: Caller, operation_id: str, permission: str) -> OperationRow:
        row = await self.starter.store.find(operation_id)
        if row is None or row.surface != SURFACE:
            raise WorkspaceOperationNotFoundError
        try:
            await self.authorizer.authorize(caller, permission, row.workspace_id)
        except WorkspaceNotFoundError:
            raise WorkspaceOperationNotFoundError from None
        return row

    def _check_target(self, caller: Caller, name: str) -> None:
        try:
            self.applications.get(caller.get_workspace(), name)
        except (ApplicationNotFoundError, ApplicationNameAmbiguousError) as error:
            details = {"parameters.target_component": error.message, **error.details}
            raise ValidationFailedError("The operation's parameters are not valid", details=details) from error


def _check_taken(work: WorkspaceWork, given: OperationParameters) -> None:
    """Raise ValidationFailedError for each parameter that is another operation's."""
    taken = work.takes | COMMON
    if strange := sorted(given.model_fields_set - taken):
        problem = f"{work.name} takes {', '.join(sorted(taken))}"
        details = {f"parameters.{name}": problem for name in strange}
        raise ValidationFailedError("The operation's parameters are not valid", details=details)
