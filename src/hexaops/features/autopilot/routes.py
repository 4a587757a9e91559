"""Routes of the autopilot."""

from __future__ import annotations

from typing import Annotated

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.autopilot.breaker import Breaker
from hexaops.features.autopilot.policy import AutopilotPolicy
from hexaops.features.autopilot.schemas import AutopilotBody
from hexaops.features.autopilot.views import AutopilotView, autopilot_view
from hexaops.features.routing import INTERNAL, WORKSPACE, Entry, service, user
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Policies = Annotated[AutopilotPolicy, provided(AutopilotPolicy)]
Breakers = Annotated[Breaker, provided(Breaker)]


@refuses(WorkspaceNotFoundError)
async def get_autopilot(caller: AnyCaller, breaker: Breakers, policy: Policies) -> Data[AutopilotView]:
    """The workspace's policy for detections, and whether the breaker has tripped."""
    return await _state(caller.get_workspace(), breaker, policy)


async def get_own_autopilot(caller: AnyCaller, breaker: Breakers, policy: Policies) -> Data[AutopilotView]:
    """The policy for detections in the user's workspace, and whether the breaker has tripped."""
    return await _state(caller.get_workspace(), breaker, policy)


async def put_own_autopilot(
    caller: AnyCaller, breaker: Breakers, policy: Policies, body: AutopilotBody
) -> Data[AutopilotView]:
    """Set the policy for detections in the user's workspace; it acts within the bounds that the operator set."""
    return await _state(await policy.put(caller, body), breaker, policy)


async def reset_own_autopilot(caller: AnyCaller, breaker: Breakers, policy: Policies) -> Data[AutopilotView]:
    """Reset the breaker: detections are remediated again, within the policy. Only a person can (rule 14)."""
    await breaker.reset(caller)
    return await _state(caller.get_workspace(), breaker, policy)


async def _state(workspace: Workspace, breaker: Breaker, policy: AutopilotPolicy) -> Data[AutopilotView]:
    last, change = await breaker.find_last(workspace.id), await policy.find_change(workspace.id)
    return Data(autopilot_view(workspace, last, change))


ROUTES = (
    Entry("GET", f"{WORKSPACE}/aiops/autopilot", get_own_autopilot, user("read_workspace")),
    Entry("PUT", f"{WORKSPACE}/aiops/autopilot", put_own_autopilot, user("manage_workspace")),
    Entry("POST", f"{WORKSPACE}/aiops/autopilot/reset", reset_own_autopilot, user("manage_workspace"), idempotent=True),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/autopilot", get_autopilot, service("workspace:read")),
)
