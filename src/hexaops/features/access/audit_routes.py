"""Routes of the audit log: a workspace's own (public API), all of it (internal API).

They stand here because the audit feature is below access and does not know callers.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from hexaops.features.access.caller import AnyCaller
from hexaops.features.audit.reader import LARGEST_PAGE, Anchor, AuditReader
from hexaops.provide import provided

Reader = Annotated[AuditReader, provided(AuditReader)]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]
CHAIN_FIELDS = ("previous_hash", "hash")


async def list_own(caller: AnyCaller, reader: Reader, limit: Limit = 50, before: Before = None) -> dict[str, Any]:
    """The workspace's audit events, newest first."""
    events, cursor = await reader.list_events(workspace_ids=[caller.get_workspace().id], limit=limit, before=before)
    return _page([_without_chain(event) for event in events], cursor)


async def list_all(
    caller: AnyCaller,
    reader: Reader,
    workspace_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 50,
    before: Before = None,
) -> dict[str, Any]:
    """Audit events of every workspace that the account may see, newest first."""
    bound = caller.principal.workspace_ids
    wanted = bound if workspace_id is None else {workspace_id} & (bound if bound is not None else {workspace_id})
    events, cursor = await reader.list_events(workspace_ids=wanted, limit=limit, before=before)
    return _page(events, cursor)


async def get_head(reader: Reader) -> dict[str, Any]:
    """The chain's newest number and hash: kept elsewhere, it later shows whether events were cut off."""
    head = await reader.head()
    return {"data": {"seq": head.seq, "hash": head.hash}}


async def verify_chain(
    reader: Reader,
    seq: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    hash: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$")] = None,  # noqa: A002 # the query parameter's name
) -> dict[str, Any]:
    """Walk the whole chain, up to and beyond the anchor if one is given."""
    anchor = Anchor(seq, hash) if seq is not None and hash is not None else None
    found = await reader.verify(anchor)
    return {
        "data": {
            "valid": found.whole,
            "events": found.events,
            "head": {"seq": found.head.seq, "hash": found.head.hash},
            "broken_seq": found.broken_seq,
            "reason": found.reason,
        }
    }


def _page(events: list[dict[str, Any]], cursor: int | None) -> dict[str, Any]:
    paging = {"has_more": cursor is not None, "next_cursor": None if cursor is None else str(cursor)}
    return {"data": events, "pagination": paging}


def _without_chain(event: dict[str, Any]) -> dict[str, Any]:
    """Hashes mean nothing without the events of other workspaces between them."""
    return {name: value for name, value in event.items() if name not in CHAIN_FIELDS}
