"""The guard before every route: token → principal → workspace → permission → rate limit, before the body is read.

FastAPI reads and checks the body before it runs dependencies, so the guard is a class of routes instead: a stranger
cannot make the service parse anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Request, Response
from fastapi.routing import APIRoute

from hexaops.features.access.gate import WORKSPACE_PARAMETER, Gate
from hexaops.features.routing import Entry
from hexaops.middleware import StrictRequest
from hexaops.provide import provider_of

Handler = Callable[[Request], Awaitable[Response]]


def guarded(entry: Entry) -> type[APIRoute]:
    """Route class that enforces the entry's policy."""

    class GuardedRoute(APIRoute):
        """One entry of the route table."""

        def get_route_handler(self) -> Callable[[Request], Any]:
            """The endpoint behind the gate."""
            handler: Handler = super().get_route_handler()

            async def through_the_gate(request: Request) -> Response:
                strict = StrictRequest(request.scope, request.receive)
                return await provider_of(request).get(Gate).handle(strict, entry, handler)

            return through_the_gate

    return APIRoute if entry.policy.audience == "anyone" else GuardedRoute


def declared_parameters(entry: Entry) -> list[Any]:
    """Parameters that the guard reads, for the OpenAPI document."""
    declared = [Depends(_workspace)] if f"{{{WORKSPACE_PARAMETER}}}" in entry.path else []
    return [*declared, Depends(_idempotency_key)] if entry.idempotent else declared


async def _workspace(workspace_id: Annotated[str, Path(max_length=64, description="The workspace.")]) -> None:
    """The guard has resolved it."""


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None, Header(max_length=255, description="Sent again with the same body, the request is done once.")
    ] = None,
) -> None:
    """The guard has claimed it."""
