"""The guard before every route: token → principal → workspace → permission → rate limit, before the body is read.

FastAPI reads and checks the body before it runs dependencies, so the guard is a class of routes instead: a stranger
cannot make the service parse anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, get_args, get_origin

from fastapi import Depends, Header, Path, Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from hexaops.errors import ValidationFailedError
from hexaops.features.access.gate import WORKSPACE_PARAMETER, Gate
from hexaops.features.routing import Entry
from hexaops.kit.text import plain
from hexaops.middleware import StrictRequest
from hexaops.provide import provider_of

LONGEST_NAME = 64
Handler = Callable[[Request], Awaitable[Response]]


def guarded(entry: Entry) -> type[APIRoute]:
    """Route class that enforces the entry's policy."""

    class GuardedRoute(APIRoute):
        """One entry of the route table."""

        def get_route_handler(self) -> Callable[[Request], Any]:
            """The endpoint behind the gate."""
            endpoint: Handler = super().get_route_handler()
            taken = _query_parameters(self)

            async def handler(request: Request) -> Response:
                _refuse_unknown_query(request, taken)
                return await endpoint(request)

            async def through_the_gate(request: Request) -> Response:
                strict = StrictRequest(request.scope, request.receive)
                return await provider_of(request).get(Gate).handle(strict, entry, handler)

            return through_the_gate

    return APIRoute if entry.policy.audience == "anyone" else GuardedRoute


def declared_parameters(entry: Entry) -> list[Any]:
    """Parameters that the guard reads, for the OpenAPI document."""
    declared = [Depends(_workspace)] if f"{{{WORKSPACE_PARAMETER}}}" in entry.path else []
    return [*declared, Depends(_idempotency_key)] if entry.idempotent else declared


def _query_parameters(route: APIRoute) -> dict[str, bool]:
    """Names of the parameters that a route takes in its query, and whether each may be given several times."""
    fields = [field for field in get_flat_params(route.dependant) if isinstance(field.field_info, params.Query)]
    return {field.alias: _is_list(field.field_info.annotation) for field in fields}


def _is_list(annotation: Any) -> bool:
    return list in {get_origin(annotation), *map(get_origin, get_args(annotation))}


def _refuse_unknown_query(request: Request, taken: Mapping[str, bool]) -> None:
    """Reject a parameter that is unknown or repeated: left out, a misspelt filter would answer with everything."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    problems = {}
    for name, times in given.items():
        if name not in taken:
            problems[f"query.{plain(name, LONGEST_NAME)}"] = (
                f"no such parameter; this route takes {', '.join(taken) or 'none'}"
            )
        elif times > 1 and not taken[name]:
            problems[f"query.{name}"] = "may be given once"
    if problems:
        raise ValidationFailedError("The request is not valid", details=problems)


async def _workspace(workspace_id: Annotated[str, Path(max_length=64, description="The workspace.")]) -> None:
    """The guard has resolved it."""


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None, Header(max_length=255, description="Sent again with the same body, the request is done once.")
    ] = None,
) -> None:
    """The guard has claimed it."""
