"""Routes of the autopilot."""

from __future__ import annotations

from typing import Annotated

from hexaops.features.access.caller import AnyCaller, Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.autopilot.breaker import Breaker
from hexaops.features.autopilot.views import AutopilotView, autopilot_view
from hexaops.features.routing import INTERNAL, WORKSPACE, Entry, service, user
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Breakers = Annotated[Breaker, provided(Breaker)]


@refuses(WorkspaceNotFoundError)
async def get_autopilot(caller: AnyCaller, breaker: Breakers) -> Data[AutopilotView]:
    """The workspace's policy for detections, and whether the breaker has tripped."""
    return await _state(caller, breaker)


async def get_own_autopilot(caller: AnyCaller, breaker: Breakers) -> Data[AutopilotView]:
    """The policy for detections in the user's workspace, and whether the breaker has tripped."""
    return await _state(caller, breaker)


async def reset_own_autopilot(caller: AnyCaller, breaker: Breakers) -> Data[AutopilotView]:
    """Reset the breaker: detections are remediated again, within the policy. Only a person can (rule 14)."""
    await breaker.reset(caller)
    return await _state(caller, breaker)


async def _state(caller: Caller, breaker: Breaker) -> Data[AutopilotView]:
    workspace = caller.get_workspace()
    return Data(autopilot_view(workspace, await breaker.find(workspace.id)))


ROUTES = (
    Entry("GET", f"{WORKSPACE}/aiops/autopilot", get_own_autopilot, user("read_workspace")),
    Entry("POST", f"{WORKSPACE}/aiops/autopilot/reset", reset_own_autopilot, user("manage_workspace"), idempotent=True),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/autopilot", get_autopilot, service("workspace:read")),
)
