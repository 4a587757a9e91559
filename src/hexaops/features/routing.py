"""What a line of the table of routes says: who may call, what is checked, what is limited.

A route cannot be made without a policy: the features' tables have no other way in, and a test lists the app's routes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from msgspec import Struct

Audience = Literal["anyone", "user", "service"]


class Policy(Struct, frozen=True):
    """Who may call a route: users (public API) or service accounts (internal API), holding this permission."""

    audience: Audience
    permission: str | None = None
    """Permission (users, in the path's workspace) or scope (service accounts); None: any authenticated caller."""
    limit: str = "public"
    """The setting `rate_limit_…` that counts the call."""


class Entry(Struct, frozen=True):
    """One line of the table of routes."""

    method: str
    path: str
    endpoint: Callable[..., Awaitable[Any]]
    """Its return annotation is the answer's type (`hexaops.responses`); `refuses` names its errors."""
    policy: Policy
    status: int = 200
    idempotent: bool = False
    """Whether `Idempotency-Key` is honoured: on every POST that changes something."""
    repeatable: Callable[[bytes], bool] | None = None
    """Whether a request of this body may run again: it then does, under a key whose answer was lost."""
    media_types: tuple[str, ...] = ("application/json",)
    """Types of the request's body, for routes that read it themselves."""


def user(permission: str | None = None, *, limit: str = "public") -> Policy:
    """A route of the public API."""
    return Policy("user", permission, limit)


def service(scope: str | None = None, *, limit: str = "workspace") -> Policy:
    """A route of the internal API."""
    return Policy("service", scope, limit)


ANYONE = Policy("anyone", None, "none")
"""Probes only."""
INTERNAL = "/internal/v1"
WORKSPACE = "/api/v1/workspaces/{workspace_id}"
ADMIN = service("system:admin")
