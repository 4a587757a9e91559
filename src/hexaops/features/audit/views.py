"""Views of audit events."""

from __future__ import annotations

import json
from typing import Any

from hexaops.features.audit.chain import Anchor, Verification
from hexaops.kit.durations import format_time
from hexaops.responses import View
from hexaops.storage.tables import AuditRow


class ActorView(View, frozen=True, kw_only=True):
    """Who did it."""

    kind: str
    id: str


class AuditEventView(View, frozen=True, kw_only=True):
    """One event, as a workspace sees it: the chain means nothing without other workspaces' events between."""

    seq: int
    timestamp: str
    action: str
    actor: ActorView
    workspace_id: str | None
    """None: the event belongs to no workspace."""
    resource: str | None
    """None: it is about nothing that has an id."""
    outcome: str
    request_id: str | None
    """None: no request caused it (a background task, the command line)."""
    client_address: str | None
    """None: as above."""
    details: dict[str, Any]


class ChainedEventView(AuditEventView, frozen=True, kw_only=True):
    """One event with its place in the chain."""

    previous_hash: str
    hash: str


class ExportedEventView(View, frozen=True, kw_only=True):
    """A line of an export, after the first: an event as it is hashed."""

    seq: int
    at: str
    action: str
    actor_kind: str
    actor_id: str
    workspace_id: str | None
    resource: str | None
    outcome: str
    request_id: str | None
    client_address: str | None
    details: str
    """JSON text, as it was hashed."""
    previous_hash: str
    hash: str


class AnchorView(View, frozen=True, kw_only=True):
    """The chain's newest number and hash."""

    seq: int
    hash: str


class VerificationView(View, frozen=True, kw_only=True):
    """Result of verifying the chain."""

    valid: bool
    events: int
    head: AnchorView
    broken_seq: int | None
    """None: no event is broken."""
    reason: str | None
    """None: the chain is valid."""


def chained_event_view(row: AuditRow) -> ChainedEventView:
    """An event as it is stored."""
    return ChainedEventView(
        seq=row.seq,
        timestamp=format_time(row.at),
        action=row.action,
        actor=ActorView(kind=row.actor_kind, id=row.actor_id),
        workspace_id=row.workspace_id,
        resource=row.resource,
        outcome=row.outcome,
        request_id=row.request_id,
        client_address=row.client_address,
        details=json.loads(row.details),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def audit_event_view(event: ChainedEventView) -> AuditEventView:
    """An event without its place in the chain."""
    return AuditEventView(**{name: getattr(event, name) for name in AuditEventView.__struct_fields__})


def anchor_view(head: Anchor) -> AnchorView:
    """The head of the chain."""
    return AnchorView(seq=head.seq, hash=head.hash)


def verification_view(found: Verification) -> VerificationView:
    """Result of verifying the chain."""
    return VerificationView(
        valid=found.whole,
        events=found.events,
        head=anchor_view(found.head),
        broken_seq=found.broken_seq,
        reason=found.reason,
    )
