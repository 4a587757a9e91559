"""Routes of log queries, pushed lines and the live tail."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.embedded.store import LogStoreBusyError
from hexaops.backends.logstores.query.errors import InvalidLogQueryError
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.errors import InvalidCursorError, WorkspaceNotFoundError
from hexaops.features.logs.errors import (
    LogQueryNotFoundError,
    TooManyFollowersError,
    UnreadablePushError,
)
from hexaops.features.logs.following import TailFilter, following
from hexaops.features.logs.pushing import PROTOBUF, SCOPE_OF, Format, LogPushService
from hexaops.features.logs.schemas import LogQueryRequest, Name, known_level
from hexaops.features.logs.service import LogQueryService, fence_of
from hexaops.features.logs.tailing import LogTail
from hexaops.features.logs.views import LogAnswerView, LogLineView, PushView
from hexaops.features.routing import INTERNAL, WORKSPACE, Entry, Policy, service, user
from hexaops.provide import provided
from hexaops.responses import JSON, Data, refuses

Queries = Annotated[LogQueryService, provided(LogQueryService)]
Pushes = Annotated[LogPushService, provided(LogPushService)]
Tail = Annotated[LogTail, provided(LogTail)]
Access = Annotated[Authorizer, provided(Authorizer)]
LevelName = Annotated[str, AfterValidator(known_level)]
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@refuses(InvalidLogQueryError, InvalidCursorError, WorkspaceNotFoundError)
async def query_logs(caller: AnyCaller, queries: Queries, body: LogQueryRequest) -> Data[LogAnswerView] | Response:
    """Search the log lines visible to the caller: rows, exact total, counts and patterns over all hits."""
    return Response(await queries.query(caller, body), media_type=JSON)


@refuses(LogQueryNotFoundError)
async def get_log_query(
    caller: AnyCaller, queries: Queries, query_id: Annotated[str, Path(max_length=64)]
) -> Data[LogAnswerView] | Response:
    """The result of an earlier query by the same caller, available for an hour."""
    return Response(queries.get(caller, query_id), media_type=JSON)


@refuses(InvalidLogQueryError, InvalidCursorError)
async def query_own_logs(caller: AnyCaller, queries: Queries, body: LogQueryRequest) -> Data[LogAnswerView] | Response:
    """Search the workspace's log lines: rows, exact total, counts and patterns over all hits."""
    return Response(await queries.query(caller, body), media_type=JSON)


@refuses(LogQueryNotFoundError)
async def get_own_log_query(
    caller: AnyCaller, queries: Queries, query_id: Annotated[str, Path(max_length=64)]
) -> Data[LogAnswerView] | Response:
    """The result of an earlier query by the same caller, available for an hour."""
    return Response(queries.get(caller, query_id), media_type=JSON)


@refuses(UnreadablePushError, LogStoreBusyError)
async def push_logs(caller: AnyCaller, pushes: Pushes, request: Request) -> Data[PushView]:
    """Store log lines, one JSON object per line; responds once they are safe on disk."""
    return Data(await pushes.push(caller, "ndjson", await request.body(), _encoding(request)))


@refuses(UnreadablePushError, LogStoreBusyError)
async def push_otlp(caller: AnyCaller, pushes: Pushes, request: Request) -> Data[PushView]:
    """Store log records of an OpenTelemetry exporter (OTLP/HTTP, in protocol buffers or JSON)."""
    form: Format = "otlp-protobuf" if _is_protobuf(request) else "otlp"
    return Data(await pushes.push(caller, form, await request.body(), _encoding(request)))


@refuses(UnreadablePushError, LogStoreBusyError)
async def push_loki(caller: AnyCaller, pushes: Pushes, request: Request) -> Data[PushView]:
    """Store log lines sent with Loki's push API (protocol buffers in snappy, or JSON)."""
    if _is_protobuf(request):  # its clients need not name the compression
        encoding = _encoding(request) or "snappy"
        return Data(await pushes.push(caller, "loki-protobuf", await request.body(), encoding))
    return Data(await pushes.push(caller, "loki", await request.body(), _encoding(request)))


async def tail_filter(
    text: Annotated[str, Query(max_length=4096)] = "",
    log_level: Annotated[list[LevelName] | None, Query(max_length=16)] = None,
    components: Annotated[list[Name] | None, Query(max_length=100)] = None,
) -> TailFilter:
    """What is followed, by query parameters."""
    return TailFilter(text, frozenset(map(known_level, log_level or ())), frozenset(components or ()))


Filter = Annotated[TailFilter, Depends(tail_filter)]


@refuses(InvalidLogQueryError, TooManyFollowersError, WorkspaceNotFoundError)
async def tail_logs(
    caller: AnyCaller, tail: Tail, access: Access, wanted: Filter,
    workspace_id: Annotated[str | None, Query(max_length=64)] = None,
) -> LogLineView | Response:  # fmt: skip
    """Follow log lines as they are stored, as server-sent events named `line`."""
    return _stream(tail, following(wanted, await fence_of(caller, access, workspace_id)))


@refuses(InvalidLogQueryError, TooManyFollowersError)
async def tail_own_logs(caller: AnyCaller, tail: Tail, access: Access, wanted: Filter) -> LogLineView | Response:
    """Follow the workspace's log lines as they are stored, as server-sent events named `line`."""
    return _stream(tail, following(wanted, await fence_of(caller, access, None)))


def _stream(tail: LogTail, query: LogQuery) -> Response:
    return StreamingResponse(tail.follow(query), media_type="text/event-stream", headers=STREAM_HEADERS)


def _is_protobuf(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == PROTOBUF


def _encoding(request: Request) -> str:
    return request.headers.get("content-encoding", "").strip().lower()


def _pushes(form: Format) -> Policy:
    return service(SCOPE_OF[form], limit="log_push")


LOG_READS = service("logs:read", limit="logs")
LINES = ("application/x-ndjson", "application/json", "application/jsonl", "text/plain")
MESSAGES = ("application/json", PROTOBUF)
ROUTES = (
    Entry("POST", f"{INTERNAL}/logs/query", query_logs, LOG_READS, idempotent=True),
    Entry("GET", f"{INTERNAL}/logs/queries/{{query_id}}", get_log_query, LOG_READS),
    Entry("GET", f"{INTERNAL}/logs/tail", tail_logs, LOG_READS),
    Entry("POST", f"{INTERNAL}/logs/push", push_logs, _pushes("ndjson"), idempotent=True, media_types=LINES),
    Entry("POST", f"{INTERNAL}/logs/otlp/v1/logs", push_otlp, _pushes("otlp"), idempotent=True, media_types=MESSAGES),
    Entry(
        "POST", f"{INTERNAL}/logs/loki/api/v1/push", push_loki, _pushes("loki"), idempotent=True, media_types=MESSAGES
    ),
    Entry("POST", f"{WORKSPACE}/aiops/logs/query", query_own_logs, user("read_logs"), idempotent=True),
    Entry("GET", f"{WORKSPACE}/aiops/logs/queries/{{query_id}}", get_own_log_query, user("read_logs")),
    Entry("GET", f"{WORKSPACE}/aiops/logs/tail", tail_own_logs, user("read_logs")),
)
