"""The route of dashboards."""

from __future__ import annotations

from typing import Annotated

from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.dashboards.service import DashboardRequest, DashboardService, DashboardView
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Dashboards = Annotated[DashboardService, provided(DashboardService)]


@refuses(ApplicationNotFoundError, ApplicationNameAmbiguousError)
async def generate_dashboard(
    caller: AnyCaller, service: Dashboards, body: DashboardRequest | None = None
) -> Data[DashboardView]:
    """Generate a Grafana dashboard of an application or of the workspace; nothing is kept."""
    return Data(await service.generate(caller, body or DashboardRequest()))


ROUTES = (Entry("POST", f"{WORKSPACE}/aiops/dashboards", generate_dashboard, user("read_metrics"), idempotent=True),)
