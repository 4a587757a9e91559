"""Routes of the workspace's applications."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Path, Query

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.applications.listing import EventQuery, ListQuery, details_of, events_of, page_of
from hexaops.features.applications.service import ApplicationService
from hexaops.features.applications.views import ApplicationDetailView, ApplicationPageView, EventListView
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Applications = Annotated[ApplicationService, provided(ApplicationService)]


async def list_query(
    status: Annotated[str | None, Query(max_length=20)] = None,
    project: Annotated[str | None, Query(max_length=63)] = None,
    name: Annotated[str | None, Query(max_length=253)] = None,
) -> ListQuery:
    """The list's query parameters."""
    return ListQuery(status, project, name)


async def list_applications(
    caller: AnyCaller,
    service: Applications,
    query: Annotated[ListQuery, Depends(list_query)],
    page: Annotated[PageRequest, paged(default=100, most=500)],
) -> Data[ApplicationPageView]:
    """The workspace's applications with status, replicas and usage."""
    return Data(await page_of(service, caller.get_workspace(), query, page))


@refuses(ApplicationNotFoundError, ApplicationNameAmbiguousError)
async def get_application(
    caller: AnyCaller, service: Applications, application_id: Annotated[str, Path(max_length=320)]
) -> Data[ApplicationDetailView]:
    """One application, by id or unambiguous name, with its pods, problems and related objects."""
    return Data(await details_of(service, caller.get_workspace(), application_id))


async def event_query(
    type: Annotated[Literal["Normal", "Warning"] | None, Query()] = None,  # noqa: A002 # the parameter's name
    project: Annotated[str | None, Query(max_length=63)] = None,
    application: Annotated[str | None, Query(max_length=320)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EventQuery:
    """The query parameters of the events."""
    return EventQuery(type, project, application, limit)


@refuses(ApplicationNotFoundError, ApplicationNameAmbiguousError)
async def list_events(
    caller: AnyCaller, service: Applications, query: Annotated[EventQuery, Depends(event_query)]
) -> Data[EventListView]:
    """Kubernetes events of the workspace in the last 24 hours, newest first."""
    return Data(events_of(service, caller.get_workspace(), query))


ROUTES = (
    Entry("GET", f"{WORKSPACE}/applications", list_applications, user("read_applications")),
    Entry("GET", f"{WORKSPACE}/applications/{{application_id}}", get_application, user("read_applications")),
    Entry("GET", f"{WORKSPACE}/events", list_events, user("read_applications")),
)
