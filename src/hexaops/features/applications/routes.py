"""Routes of the workspace's applications."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Depends, Path, Query, Response

from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.listing import ListQuery, details_of, page_of
from hexaops.features.applications.service import ApplicationService
from hexaops.provide import provided

Applications = Annotated[ApplicationService, provided(ApplicationService)]


async def list_query(
    status: Annotated[str | None, Query(max_length=20)] = None,
    project: Annotated[str | None, Query(max_length=63)] = None,
    name: Annotated[str | None, Query(max_length=253)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> ListQuery:
    """The list's query parameters."""
    return ListQuery(status, project, name, limit, cursor)


async def list_applications(
    caller: AnyCaller, service: Applications, query: Annotated[ListQuery, Depends(list_query)]
) -> Response:
    """The workspace's applications with status, replicas and usage."""
    page = {"data": await page_of(service, caller.get_workspace(), query)}
    return Response(msgspec.json.encode(page), media_type="application/json")


async def get_application(
    caller: AnyCaller, service: Applications, application_id: Annotated[str, Path(max_length=320)]
) -> dict[str, Any]:
    """One application, by id or unambiguous name, with its pods, problems and related objects."""
    return {"data": await details_of(service, caller.get_workspace(), application_id)}
