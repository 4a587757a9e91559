"""Paging for routes: `page: Annotated[PageRequest, paged()]`.

Cursors are bound to the caller, the path and the filters, so that one of another list or another caller is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.errors import InvalidCursorError
from hexaops.features.access.principal import Principal
from hexaops.kit.paging import LONGEST_CURSOR, CursorError, CursorSigner, PageRequest
from hexaops.provide import provided

PAGING_PARAMETERS = frozenset({"limit", "cursor"})
Signer = Annotated[CursorSigner, provided(CursorSigner)]
Cursor = Annotated[str | None, Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before.")]


def paged(*, default: int = 50, most: int = 200) -> Any:
    """The dependency that reads `limit` and `cursor`."""

    async def page_request(
        request: Request, caller: AnyCaller, signer: Signer, cursor: Cursor = None,
        limit: int = Query(default, ge=1, le=most, description="Most entries of a page."),
    ) -> PageRequest:  # fmt: skip
        filters = [item for item in request.query_params.multi_items() if item[0] not in PAGING_PARAMETERS]
        bound = binding(caller.principal, request.url.path, filters)
        try:
            after = None if cursor is None else signer.open(cursor, bound=bound)
        except CursorError:
            raise InvalidCursorError("not a cursor of this list, with these filters, for this caller") from None
        return PageRequest(limit, lambda position: signer.seal(position, bound=bound), after)

    return Depends(page_request)


def binding(principal: Principal, path: str, filters: Iterable[tuple[str, str]] = ()) -> str:
    """What a cursor is good for."""
    return json.dumps([str(principal), path, sorted(filters)])
