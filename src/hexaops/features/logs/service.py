"""Log queries: visible workspaces, query execution, and results kept for an hour."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Set
from datetime import datetime

from msgspec import Struct

from hexaops.backends.logstores.base import LARGEST_RANGE_SECONDS, LogAnswer, LogQuery, LogStore
from hexaops.backends.logstores.lines import MICROSECONDS, Level
from hexaops.backends.logstores.query.parser import parse
from hexaops.backends.logstores.query.tree import Node
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.logs.cursors import LogCursors, Page
from hexaops.features.logs.errors import LogQueryNotFoundError
from hexaops.features.logs.schemas import LogQueryRequest, known_level
from hexaops.features.logs.views import LogAnswerView, aggregations_view, line_views, pattern_views, reasons_of
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.kit.timeout import Timeout
from hexaops.responses import Data, Pagination, encode

QUERY_SECONDS = 5.0
DEFAULT_RANGE_SECONDS = 3600
KEPT_SECONDS = 3600.0
KEPT_BYTES = 32 * 1024 * 1024
"""Total size of kept results; the oldest are dropped first."""

Fence = Set[str] | None


async def fence_of(caller: Caller, authorizer: Authorizer, workspace_id: str | None) -> Fence:
    """Workspaces visible to a caller: the path's, or else its own, narrowed by the filter; None: all.

    Raises WorkspaceNotFoundError for a filter that names an absent or a foreign workspace.
    """
    if caller.workspace is not None:
        if workspace_id not in {None, caller.workspace.id}:
            raise WorkspaceNotFoundError
        return frozenset({caller.workspace.id})
    if workspace_id is None:
        return caller.principal.workspace_ids
    granted = await authorizer.enter(caller.principal, workspace_id)
    if granted.workspace is None:
        raise WorkspaceNotFoundError
    return frozenset({granted.workspace.id})


class _Kept(Struct, frozen=True):
    """An answer as it was sent."""

    owner: str
    body: bytes
    until: float


class LogQueryService:
    """Runs queries and keeps their results."""

    def __init__(self, store: LogStore, authorizer: Authorizer, cursors: LogCursors, clock: Clock) -> None:
        self._store = store
        self._authorizer = authorizer
        self._cursors = cursors
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._kept_bytes = 0

    async def query(self, caller: Caller, request: LogQueryRequest) -> bytes:
        """Run a query; returns the encoded response.

        Raises InvalidLogQueryError, InvalidCursorError, WorkspaceNotFoundError, LogStoreError.
        """
        started = self._clock.monotonic()
        fence = await fence_of(caller, self._authorizer, request.query.filters.workspace_id)
        bound = _binding(caller, fence, request)
        cursor = request.options.cursor
        page = self._cursors.read(cursor, bound=bound) if cursor is not None else None
        asked = self._asked(request, fence, page)
        found = await self._store.query(asked, Timeout(QUERY_SECONDS, self._clock))
        after = None if found.next is None else Page(found.next, asked.start_us, asked.end_us)
        next_cursor = None if after is None else self._cursors.write(after, bound=bound)
        query_id = new_id("query-")
        patterns = found.aggregations.patterns if found.aggregations is not None else None
        view = LogAnswerView(
            query_id=query_id,
            total_hits=found.total,
            logs=line_views(found.rows, asked.expression, highlight=request.options.highlight),
            aggregations=aggregations_view(found.aggregations),
            patterns=None if patterns is None else pattern_views(patterns),
            pagination=Pagination(has_more=next_cursor is not None, next_cursor=next_cursor),
            limits=found.limits,
            reasons=reasons_of(found),
            execution_time_ms=round((self._clock.monotonic() - started) * 1000, 1),
        )
        body = encode(Data(view))
        self._keep(query_id, _Kept(_owner(caller), body, self._clock.monotonic() + KEPT_SECONDS))
        return body

    async def find(
        self, workspace_id: str, *, components: Collection[str], levels: Collection[Level], seconds: float, limit: int,
        before: float = 0, expression: Node | None = None,
    ) -> LogAnswer:  # fmt: skip
        """The newest lines of a workspace that the caller was let into; raises LogStoreError.

        With seconds `before` the range, only patterns that no line of that time has.
        """
        end_us = _microseconds(self._clock.now()) + 1
        seconds = min(seconds, LARGEST_RANGE_SECONDS)
        whole = min(seconds + before, LARGEST_RANGE_SECONDS)
        asked = LogQuery(
            expression=expression,
            start_us=end_us - round(whole * MICROSECONDS),
            new_since_us=end_us - round(seconds * MICROSECONDS) if before else None,
            end_us=end_us,
            workspaces=frozenset({workspace_id}),
            levels=frozenset(levels),
            components=frozenset(components),
            limit=limit,
        )
        return await self._store.query(asked, Timeout(QUERY_SECONDS, self._clock))

    def get(self, caller: Caller, query_id: str) -> bytes:
        """An earlier result of the same caller; raises LogQueryNotFoundError."""
        kept = self._kept.get(query_id)
        if kept is None or kept.owner != _owner(caller) or kept.until < self._clock.monotonic():
            raise LogQueryNotFoundError
        return kept.body

    def _asked(self, request: LogQueryRequest, fence: Fence, page: Page | None) -> LogQuery:
        start_us, end_us = self._range(request) if page is None else (page.start_us, page.end_us)
        query, options = request.query, request.options
        return LogQuery(
            expression=parse(query.text),
            start_us=start_us,
            end_us=end_us,
            workspaces=fence,
            levels=frozenset(map(known_level, query.filters.log_level)),
            components=frozenset(query.filters.components),
            limit=options.limit,
            newest_first=options.sort == "timestamp desc",
            after=None if page is None else page.after,
            aggregate=options.aggregate,
        )

    def _range(self, request: LogQueryRequest) -> tuple[int, int]:
        given = request.query.time_range
        if given is not None:
            return _microseconds(given.start), _microseconds(given.end)
        end_us = _microseconds(self._clock.now()) + 1
        return end_us - DEFAULT_RANGE_SECONDS * MICROSECONDS, end_us

    def _keep(self, query_id: str, kept: _Kept) -> None:
        self._kept[query_id] = kept
        self._kept_bytes += len(kept.body)
        now = self._clock.monotonic()
        while self._kept and (self._kept_bytes > KEPT_BYTES or next(iter(self._kept.values())).until < now):
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest.body)


def _owner(caller: Caller) -> str:
    """The owner includes its visible workspaces: an account that loses one loses these results too."""
    bound = caller.principal.workspace_ids
    own = "*" if bound is None else ",".join(sorted(bound))
    return f"{caller.principal} {own} {caller.workspace.id if caller.workspace else ''}"


def _binding(caller: Caller, fence: Fence, request: LogQueryRequest) -> str:
    """What a cursor is bound to: caller, workspaces, query and order, but not the page size."""
    seen = "*" if fence is None else ",".join(sorted(fence))
    query = request.query.model_dump_json()
    return f"{_owner(caller)}\n{seen}\n{query}\n{request.options.sort}"


def _microseconds(time: datetime) -> int:
    return round(time.timestamp() * MICROSECONDS)
