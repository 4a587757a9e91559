"""One page of a workspace's applications: filters, order and cursor."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import UNHEALTHY, Application, Status
from hexaops.analysis.applications.usage import shares_of_application
from hexaops.errors import ValidationFailedError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.applications.views import (
    ApplicationDetailView,
    ApplicationPageView,
    ApplicationPagination,
    ApplicationView,
    EventListView,
    application_detail_view,
    application_view,
    freshness_view,
    usage_reasons,
    workspace_event_view,
)
from hexaops.kit.paging import PageRequest, Position

STATUS_WORDS = (*Status, "unhealthy")
"""Values of the status filter: each status, and all that are an issue."""


class ListQuery(Struct, frozen=True):
    """Filters of the list."""

    status: str | None = None
    project: str | None = None
    name: str | None = None
    """Part of the name, case-insensitive."""


class EventQuery(Struct, frozen=True):
    """Filters of the events."""

    type: str | None
    project: str | None
    application: str | None
    """Its id or name: only warnings about it and its pods."""
    limit: int


def events_of(service: ApplicationService, workspace: Workspace, query: EventQuery) -> EventListView:
    """The newest events; raises as `ApplicationService.get` does for an application that is not there."""
    if query.application is None:
        found = service.all_events(workspace)
    else:
        found = service.events(workspace, service.get(workspace, query.application))
    matching = [
        event
        for event in found
        if (query.type is None or event.type == query.type)
        and (query.project is None or event.namespace == query.project)
    ]
    return EventListView(
        events=[workspace_event_view(event) for event in matching[: query.limit]],
        total=len(matching),
        freshness=freshness_view(service.freshness(workspace, "Event")),
    )


async def page_of(
    service: ApplicationService, workspace: Workspace, query: ListQuery, page: PageRequest
) -> ApplicationPageView:
    """One page. Raises ClusterUnreadError, or ValidationFailedError for an unknown status."""
    found = _filtered(service.list(workspace), query)
    left = [one for one in found if page.after is None or _position(one) > page.after]
    shown, cursor = page.split(left, _position)
    samples = await service.usage(workspace)
    entries: list[ApplicationView] = []
    reasons: dict[str, str] = {}
    for number, application in enumerate(shown):
        usage = shares_of_application(application, samples)
        entries.append(application_view(application, usage))
        reasons |= usage_reasons(usage, f"applications[{number}].")
    return ApplicationPageView(
        applications=entries,
        pagination=ApplicationPagination(total=len(found), has_more=cursor is not None, next_cursor=cursor),
        freshness=freshness_view(service.freshness(workspace)),
        reasons=reasons,
    )


async def details_of(service: ApplicationService, workspace: Workspace, id_or_name: str) -> ApplicationDetailView:
    """One application; raises as `ApplicationService.get` does."""
    application = service.get(workspace, id_or_name)
    return application_detail_view(
        application,
        shares_of_application(application, await service.usage(workspace)),
        service.related(workspace, application),
        events=service.events(workspace, application),
        freshness=service.freshness(workspace),
    )


def _filtered(applications: Sequence[Application], query: ListQuery) -> list[Application]:
    if query.status is not None and query.status not in STATUS_WORDS:
        raise ValidationFailedError(
            "The request is not valid", details={"query.status": f"one of {', '.join(STATUS_WORDS)}"}
        )
    wanted = UNHEALTHY if query.status == "unhealthy" else {query.status}
    part = query.name.casefold() if query.name else ""
    return [
        application
        for application in applications
        if (query.status is None or application.status in wanted)
        and (query.project is None or application.project == query.project)
        and part in application.name.casefold()
    ]


def _position(application: Application) -> Position:
    return application.project, application.name, application.kind
