"""Routes of a workspace at one glance: for trusted services and for its members."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator

from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.overview.application import ApplicationDetails
from hexaops.features.overview.application_views import ApplicationDetailsView
from hexaops.features.overview.changes import MOST, ChangeQuery, ChangesService, ChangesView
from hexaops.features.overview.nodes import nodes_of
from hexaops.features.overview.views import NodesView, OverviewView
from hexaops.features.overview.workspace import OverviewService
from hexaops.features.routing import INTERNAL, WORKSPACE, Entry, service, user
from hexaops.kit.durations import parse_duration
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Applications = Annotated[ApplicationService, provided(ApplicationService)]
Details = Annotated[ApplicationDetails, provided(ApplicationDetails)]
Changes = Annotated[ChangesService, provided(ChangesService)]
MOST_SECONDS = 31 * 86_400.0
Overview = Annotated[OverviewService, provided(OverviewService)]


async def get_overview(caller: AnyCaller, service: Overview) -> Data[OverviewView]:
    """The workspace at one glance: what is in it, what it uses, how it is doing, what happened lately."""
    return Data(await service.overview(caller.get_workspace()))


async def list_nodes(caller: AnyCaller, service: Applications) -> Data[NodesView]:
    """Nodes of the workspace's cluster: room, usage, conditions, taints and labels."""
    return Data(await nodes_of(service, caller.get_workspace()))


async def get_own_overview(caller: AnyCaller, service: Overview) -> Data[OverviewView]:
    """The workspace at one glance, for its members."""
    return Data(await service.overview(caller.get_workspace()))


async def list_own_nodes(caller: AnyCaller, service: Applications) -> Data[NodesView]:
    """Nodes of the workspace's cluster, for its members."""
    return Data(await nodes_of(service, caller.get_workspace()))


@refuses(ApplicationNotFoundError)
async def get_application_details(
    caller: AnyCaller, service: Details, application_id: Annotated[str, Path(max_length=64)]
) -> Data[ApplicationDetailsView]:
    """One application, by id: its workload, pods, services, checks and present usage."""
    return Data(await service.get(caller, application_id))


def _seconds(text: str) -> str:
    if not 0 < parse_duration(text) <= MOST_SECONDS:
        message = "must be at most 31d"
        raise ValueError(message)
    return text


async def change_query(
    since: Annotated[str, Query(max_length=16), AfterValidator(_seconds)] = "24h",
    application: Annotated[str | None, Query(max_length=320)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> ChangeQuery:
    """The query parameters of the timeline; `since` is a duration before now."""
    return ChangeQuery(parse_duration(since), application, limit)


@refuses(ApplicationNotFoundError, ApplicationNameAmbiguousError)
async def list_changes(
    caller: AnyCaller, service: Changes, query: Annotated[ChangeQuery, Depends(change_query)]
) -> Data[ChangesView]:
    """What changed in the workspace, the newest first: releases, scalings, nodes and actions of this service."""
    return Data(await service.list(caller, query))


ROUTES = (
    Entry("GET", f"{WORKSPACE}/aiops/changes", list_changes, user("read_applications")),
    Entry("GET", f"{WORKSPACE}/overview", get_own_overview, user("read_workspace")),
    Entry("GET", f"{WORKSPACE}/nodes", list_own_nodes, user("read_workspace")),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/overview", get_overview, service("workspace:read")),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/nodes", list_nodes, service("workspace:read")),
    Entry(
        "GET", f"{INTERNAL}/applications/{{application_id}}/details", get_application_details,
        service("application:read", limit="application"),
    ),
)  # fmt: skip
