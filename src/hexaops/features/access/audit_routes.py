"""Routes of the audit log: a workspace's own (public API), all of it (internal API).

They stand here because the audit feature is below access and does not know callers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse
from msgspec.structs import replace

from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import AnyCaller, Caller
from hexaops.features.access.paging import paged
from hexaops.features.audit.reader import Anchor, AuditFilter, AuditReader
from hexaops.features.audit.views import (
    AnchorView,
    AuditEventView,
    ChainedEventView,
    ExportedEventView,
    VerificationView,
    anchor_view,
    audit_event_view,
    verification_view,
)
from hexaops.features.routing import ADMIN, INTERNAL, WORKSPACE, Entry, service, user
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, Listing, pagination

Reader = Annotated[AuditReader, provided(AuditReader)]
Page = Annotated[PageRequest, paged()]


async def list_own(caller: AnyCaller, reader: Reader, page: Page) -> Listing[AuditEventView]:
    """The workspace's audit events, newest first."""
    events, cursor = await reader.list_events(page, workspace_ids=[caller.get_workspace().id])
    return Listing([audit_event_view(event) for event in events], pagination(cursor))


async def list_all(
    caller: AnyCaller, reader: Reader, page: Page, workspace_id: Annotated[str | None, Query(max_length=64)] = None
) -> Listing[ChainedEventView]:
    """Audit events of every workspace visible to the account, newest first."""
    events, cursor = await reader.list_events(page, workspace_ids=_visible(caller, workspace_id))
    return Listing(events, pagination(cursor))


Name = Annotated[str | None, Query(max_length=255)]


async def audit_filter(  # a plain function would be called in a thread
    since: Annotated[datetime | None, Query(description="The first moment.")] = None,
    until: Annotated[datetime | None, Query(description="The moment before which it ends.")] = None,
    action: Annotated[Name, Query(description="`change.write`, or `change` for all of them.")] = None,
    actor_id: Name = None,
    outcome: Literal["ok", "intended", "refused", "failed"] | None = None,
) -> AuditFilter:
    """What to export, by query parameters."""
    for name, moment in (("since", since), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            details = {f"query.{name}": "a time needs its offset, such as 2026-01-01T00:00:00Z"}
            raise ValidationFailedError("The request is not valid", details=details)
    return AuditFilter(None, since, until, action, actor_id, outcome)


async def export_all(
    caller: AnyCaller, reader: Reader, wanted: Annotated[AuditFilter, Depends(audit_filter)],
    workspace_id: Annotated[str | None, Query(max_length=64)] = None,
) -> ExportedEventView | Response:  # fmt: skip
    """Audit events visible to the account as JSON lines, the oldest first; `hexaops audit verify FILE` checks them."""
    chosen = replace(wanted, workspace_ids=_visible(caller, workspace_id))
    return StreamingResponse(reader.export(chosen), media_type="application/x-ndjson")


def _visible(caller: Caller, workspace_id: str | None) -> Collection[str] | None:
    """The workspaces of which the account may see the events that were asked for; None: all, and those of none."""
    bound = caller.principal.workspace_ids
    if workspace_id is None:
        return bound
    return {workspace_id} & ({*bound} if bound is not None else {workspace_id})


async def get_head(reader: Reader) -> Data[AnchorView]:
    """The newest number and hash of the chain. Kept elsewhere, it later reveals a truncated log."""
    return Data(anchor_view(await reader.head()))


async def verify_chain(
    reader: Reader,
    seq: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    hash: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$")] = None,  # noqa: A002 # the query parameter's name
) -> Data[VerificationView]:
    """Verify the whole chain, including the anchor if one is given."""
    if (seq is None) != (hash is None):
        missing = "hash" if hash is None else "seq"
        details = {f"query.{missing}": "an anchor is both `seq` and `hash`"}
        raise ValidationFailedError("The request is not valid", details=details)
    anchor = Anchor(seq, hash) if seq is not None and hash is not None else None
    return Data(verification_view(await reader.verify(anchor)))


ROUTES = (
    Entry("GET", f"{WORKSPACE}/aiops/audit", list_own, user("read_audit")),
    Entry("GET", f"{INTERNAL}/audit", list_all, service("audit:read")),
    Entry("GET", f"{INTERNAL}/audit/export", export_all, service("audit:read")),
    Entry("GET", f"{INTERNAL}/audit/head", get_head, service("audit:read")),
    Entry("GET", f"{INTERNAL}/audit/verification", verify_chain, ADMIN),
)
