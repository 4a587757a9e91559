"""How a route gets its service: by type, from what the factory built.

Routes stand below the factory in the import order, so they cannot name it; they name the service that they call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Depends, Request

T = TypeVar("T")


class Provider:
    """The built services of one process, by type."""

    def __init__(self) -> None:
        self._built: dict[type[Any], Any] = {}

    def add(self, service: object, *kinds: type[Any]) -> None:
        """Offer a service under its own type, or under the named ones."""
        for kind in kinds or (type(service),):
            self._built[kind] = service

    def get(self, kind: type[T]) -> T:
        """The service of this type; raises KeyError when the factory built none."""
        found = self._built[kind]
        assert isinstance(found, kind)
        return found

    def find(self, kind: type[T]) -> T | None:
        """The service of this type, or None where the settings call for none."""
        return self.get(kind) if kind in self._built else None


def provider_of(request: Request) -> Provider:
    """The process's services."""
    provider = request.app.state.provider
    assert isinstance(provider, Provider)
    return provider


def provided(kind: type[T]) -> Any:
    """For a route's parameter: `service: Annotated[ChatService, provided(ChatService)]`."""

    async def resolve(request: Request) -> T:  # a plain function would be called in a thread
        return provider_of(request).get(kind)

    resolver: Callable[[Request], Awaitable[T]] = resolve
    return Depends(resolver)
