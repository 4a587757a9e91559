"""Routes of the audit log: a workspace's own (public API), all of it (internal API).

They stand here because the audit feature is below access and does not know callers.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.audit.reader import Anchor, AuditReader
from hexaops.features.audit.views import (
    AnchorView,
    AuditEventView,
    ChainedEventView,
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
    bound = caller.principal.workspace_ids
    wanted = bound if workspace_id is None else {workspace_id} & (bound if bound is not None else {workspace_id})
    events, cursor = await reader.list_events(page, workspace_ids=wanted)
    return Listing(events, pagination(cursor))


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
    Entry("GET", f"{INTERNAL}/audit/head", get_head, service("audit:read")),
    Entry("GET", f"{INTERNAL}/audit/verification", verify_chain, ADMIN),
)
