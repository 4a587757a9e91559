"""Audit events: who did what, where, with what outcome. Never put secrets in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

Outcome = Literal["ok", "intended", "refused", "failed"]


class AuditEvent(Struct, frozen=True):
    """One event before it is chained."""

    action: str
    """What was done: `request`, `access.refused`, `change.intended`, `change.completed`, `workspace.created`, …"""
    actor_kind: Literal["user", "service", "system", "anonymous"]
    actor_id: str
    workspace_id: str | None = None
    resource: str | None = None
    """The object: an id, or the request's method and path."""
    outcome: Outcome = "ok"
    """`intended` is committed before a change is made; another event follows with its result."""
    request_id: str | None = None
    client_address: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class AuditRecord(Struct, frozen=True):
    """One event as it stands in the chain."""

    seq: int
    at: datetime
    event: AuditEvent
    previous_hash: str
    hash: str
