"""Routes of what trusted services read of a workspace."""

from __future__ import annotations

from typing import Annotated

from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.overview.nodes import nodes_of
from hexaops.features.overview.views import NodesView
from hexaops.provide import provided
from hexaops.responses import Data

Applications = Annotated[ApplicationService, provided(ApplicationService)]


async def list_nodes(caller: AnyCaller, service: Applications) -> Data[NodesView]:
    """Nodes of the workspace's cluster: room, usage, conditions, taints and labels."""
    return Data(await nodes_of(service, caller.get_workspace()))
