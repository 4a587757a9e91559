"""The route of the system's health."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import Request

from hexaops.features.access.caller import AnyCaller
from hexaops.features.health.system import SystemHealth
from hexaops.features.health.system_views import SystemHealthView
from hexaops.features.routing import INTERNAL, Entry, service
from hexaops.provide import provided
from hexaops.responses import Data


async def get_health(
    request: Request, caller: AnyCaller, service: Annotated[SystemHealth, provided(SystemHealth)]
) -> Data[SystemHealthView]:
    """Every part of the system, measured now: this service, its database, clusters and queue."""
    return Data(await service.examine(caller.principal, time.monotonic() - request.state.started))


ROUTES = (Entry("GET", f"{INTERNAL}/health", get_health, service("system:read", limit="health")),)
