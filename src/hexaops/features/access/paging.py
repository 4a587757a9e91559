"""Paging for routes: `page: Annotated[PageRequest, paged()]`.

Cursors are bound to the caller, the path and the filters, so that one of another list or another caller is refused.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from hexaops.errors import ValidationFailedError
from hexaops.features.access.caller import AnyCaller, Caller
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
        bound = _bound(request, caller)
        try:
            after = None if cursor is None else signer.open(cursor, bound=bound)
        except CursorError:
            details = {"cursor": "not a cursor of this list"}
            raise ValidationFailedError("The request is not valid", details=details) from None
        return PageRequest(limit, lambda position: signer.seal(position, bound=bound), after)

    return Depends(page_request)


def _bound(request: Request, caller: Caller) -> str:
    filters = sorted(item for item in request.query_params.multi_items() if item[0] not in PAGING_PARAMETERS)
    return json.dumps([str(caller.principal), request.url.path, filters])
