"""The guard before every route: token → principal → workspace → permission → rate limit, before the body is read.

FastAPI reads and checks the body before it runs dependencies, so the guard is a class of routes instead: a stranger
cannot make the service parse anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from hexaops.features.access.gate import Gate
from hexaops.features.routing import Entry
from hexaops.provide import provider_of

Handler = Callable[[Request], Awaitable[Response]]


def guarded(entry: Entry) -> type[APIRoute]:
    """The class of a route that only those get through whom the entry's policy lets in."""

    class GuardedRoute(APIRoute):
        """One line of the table of routes."""

        def get_route_handler(self) -> Callable[[Request], Any]:
            """The endpoint behind the gate."""
            handler: Handler = super().get_route_handler()

            async def through_the_gate(request: Request) -> Response:
                return await provider_of(request).get(Gate).handle(request, entry, handler)

            return through_the_gate

    return APIRoute if entry.policy.audience == "anyone" else GuardedRoute
