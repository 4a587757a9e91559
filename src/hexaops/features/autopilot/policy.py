"""The policy for detections as a workspace's own admins set it; its bounds stay with the operator of the service."""

from __future__ import annotations

from msgspec import Struct

from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.features.audit.log import AuditLog
from hexaops.features.autopilot.schemas import AutopilotBody
from hexaops.features.workspaces.automation import AutomationState, PolicyChanges
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.policies import set_policy
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database


class AutopilotPolicy(Struct, frozen=True):
    """One for the process."""

    database: Database
    directory: WorkspaceDirectory
    changes: PolicyChanges
    audit: AuditLog
    clock: Clock

    async def find_change(self, workspace_id: str) -> AutomationState | None:
        """Who set the policy last, and when; None: nobody has."""
        return await self.changes.find(workspace_id)

    async def put(self, caller: Caller, body: AutopilotBody) -> Workspace:
        """Set mode and classes; effective with the next detection."""
        workspace_id, classes = caller.get_workspace().id, sorted(set(body.classes))
        details = {"mode": body.mode, "classes": classes, "reason": body.reason}
        async with self.database.transaction() as session:
            values = {"autopilot": body.mode, "autopilot_classes": classes}
            await set_policy(session, workspace_id, values, at=self.clock.now())
            await self.changes.record(session, caller, workspace_id, reason=body.reason)
            event = caller.event("autopilot.policy_changed", resource=workspace_id, details=details)
            await self.audit.append(event, session)
        return await self.directory.get(workspace_id)
