"""Routes of capabilities and insights."""

from __future__ import annotations

from typing import Annotated

from hexaops.features.access.caller import AnyCaller
from hexaops.features.insights.capabilities import CapabilityService
from hexaops.features.insights.views import CapabilitiesView
from hexaops.provide import provided
from hexaops.responses import Data

Capabilities = Annotated[CapabilityService, provided(CapabilityService)]


async def get_capabilities(caller: AnyCaller, service: Capabilities) -> Data[CapabilitiesView]:
    """What the caller is offered in the workspace now, and why the rest is not."""
    return Data(await service.get(caller))
