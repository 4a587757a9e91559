"""Routes of the autopilot."""

from __future__ import annotations

from typing import Annotated

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.autopilot.breaker import Breaker
from hexaops.features.autopilot.views import AutopilotView, autopilot_view
from hexaops.features.routing import INTERNAL, Entry, service
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Breakers = Annotated[Breaker, provided(Breaker)]


@refuses(WorkspaceNotFoundError)
async def get_autopilot(caller: AnyCaller, breaker: Breakers) -> Data[AutopilotView]:
    """The workspace's policy for detections, and whether the breaker has tripped."""
    workspace = caller.get_workspace()
    return Data(autopilot_view(workspace, await breaker.find(workspace.id)))


@refuses(WorkspaceNotFoundError)
async def reset_autopilot(caller: AnyCaller, breaker: Breakers) -> Data[AutopilotView]:
    """Reset the breaker: detections are remediated again, within the policy."""
    await breaker.reset(caller)
    workspace = caller.get_workspace()
    return Data(autopilot_view(workspace, await breaker.find(workspace.id)))


AUTOPILOT = f"{INTERNAL}/workspaces/{{workspace_id}}/autopilot"
ROUTES = (
    Entry("GET", AUTOPILOT, get_autopilot, service("workspace:read")),
    Entry("POST", f"{AUTOPILOT}/reset", reset_autopilot, service("workspace:admin"), idempotent=True),
)
