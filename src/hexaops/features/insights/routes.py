"""Routes of capabilities and insights."""

from __future__ import annotations

from typing import Annotated

from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.insights.capabilities import CapabilityService
from hexaops.features.insights.insight_views import InsightsView, InternalInsightsView
from hexaops.features.insights.schemas import InsightsRequest, InternalInsightsRequest
from hexaops.features.insights.service import InsightService
from hexaops.features.insights.views import CapabilitiesView
from hexaops.features.routing import INTERNAL, WORKSPACE, Entry, service, user
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Capabilities = Annotated[CapabilityService, provided(CapabilityService)]
Insights = Annotated[InsightService, provided(InsightService)]


async def get_capabilities(caller: AnyCaller, service: Capabilities) -> Data[CapabilitiesView]:
    """What the caller is offered in the workspace now, and why the rest is not."""
    return Data(await service.get(caller))


@refuses(ApplicationNotFoundError, ApplicationNameAmbiguousError, UpstreamUnavailableError)
async def generate_insights(caller: AnyCaller, service: Insights, body: InsightsRequest) -> Data[InsightsView]:
    """What is worth knowing about the workspace or one application: trouble, security, use, cost, and what to do."""
    return Data(await service.public(caller, body))


@refuses(UpstreamUnavailableError)
async def generate_internal_insights(
    caller: AnyCaller, service: Insights, body: InternalInsightsRequest
) -> Data[InternalInsightsView]:
    """The same for trusted services, with scores, trends and an action plan."""
    return Data(await service.internal(caller, body))


ROUTES = (
    Entry("GET", f"{WORKSPACE}/aiops/capabilities", get_capabilities, user("read_workspace")),
    Entry(
        "POST", f"{WORKSPACE}/aiops/insights", generate_insights, user("generate_insights"), idempotent=True
    ),
    Entry(
        "POST", f"{INTERNAL}/workspaces/{{workspace_id}}/insights", generate_internal_insights,
        service("workspace:read"), idempotent=True,
    ),
)  # fmt: skip
