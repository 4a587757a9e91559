"""The edge of HTTP: request ids, access lines, metrics, and the one place where errors become answers."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hexaops.errors import HexaopsError, UpstreamUnavailableError, ValidationFailedError
from hexaops.kit.ids import new_id
from hexaops.kit.paths import field_path
from hexaops.kit.redaction import redact, redact_texts
from hexaops.logs import bind_log_context
from hexaops.metrics import Metrics
from hexaops.responses import JSON, ErrorDetail, ErrorView, encode

REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What a caller may send as `X-Request-Id`; anything else is replaced, not echoed."""
AI_PATH = re.compile(r"/api/v1/(?:ai|workspaces/[^/]+/aiops)/")
"""The public API's routes that the document calls the AI service."""
CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "CONTENT_TOO_LARGE"}
LARGEST_BODY_BYTES = 1_048_576
"""Ten times the longest chat message; no other request comes near it."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that the metrics name; every other word a client makes up is one line, `other`."""
BODY_SECONDS = 30.0
"""How long the next part of a body may be awaited: who sends none holds nothing for ever."""
LONGEST_KEY = 100
SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""On every answer that does not set them itself: answers are one caller's, and none is a page."""
READS = ("GET", "HEAD")
"""Methods whose answers, unless refused, are logged at debug only: probes, scrapes and watchers repeat them."""
TOLD = {"extra_forbidden": "no such field", "model_attributes_type": "must be a JSON object"}
"""Kinds of problems that pydantic words for Python programs → what their caller is told."""
LONGEST_PROBLEM = 2_000
"""Characters of one field's reason: room for every name of a list that the field chooses from."""
RETRY_SECONDS = "5"
"""When to ask again for what is unavailable, where nothing tells better."""
FIRST_REFUSAL = 400
FIRST_FAILURE = 500

logger = logging.getLogger("hexaops.http")


class MalformedRequestError(HexaopsError):
    """The body is not valid JSON, or names a key twice."""

    code = "MALFORMED_REQUEST"
    status = 400


class ContentTooLargeError(HexaopsError):
    """The request body is too large."""

    code = "CONTENT_TOO_LARGE"
    status = 413

    def __init__(self) -> None:
        details = {"body": f"at most {LARGEST_BODY_BYTES} bytes"}
        super().__init__("The request body is too large", details=details)


class RequestTimeoutError(HexaopsError):
    """The request body did not arrive in time."""

    code = "REQUEST_TIMEOUT"
    status = 408
    permanent = False


class UnsupportedMediaTypeError(HexaopsError):
    """The body's content type is not supported."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class AiServiceUnavailableError(UpstreamUnavailableError):
    """The public AI API is unavailable. (An unavailable source only degrades answers.)"""

    code = "AI_SERVICE_UNAVAILABLE"

    def __init__(self, source: str) -> None:
        reasons = {"estimated_recovery": f"nothing tells when the {source} will be back"}
        details = {"estimated_recovery": None, "source": source, "reasons": reasons}
        super().__init__("AI operations service is temporarily unavailable", details=details)


class NotFiniteError(HTTPException):
    """Raised while the framework reads a body that holds NaN or Infinity, which JSON does not have."""

    def __init__(self, constant: str) -> None:
        super().__init__(MalformedRequestError.status)
        self.constant = constant


class RepeatedKeyError(HTTPException):
    """Raised while the framework reads a body; of other errors it would make "not valid JSON"."""

    def __init__(self, key: str) -> None:
        super().__init__(MalformedRequestError.status)
        self.key = key


class StrictRequest(Request):
    """A request whose JSON names each key once, as readers differ in which of two counts, and holds finite numbers."""

    async def json(self) -> Any:
        """The body; raises JSONDecodeError, RepeatedKeyError and NotFiniteError."""
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=_once, parse_constant=_refuse)
        return self._json


def _refuse(constant: str) -> Any:
    raise NotFiniteError(constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedKeyError(next(name for name in made if names.count(name) > 1))
    return made


class RequestMiddleware:
    """ASGI middleware: names the request, bounds its body, times it, writes its line, counts it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, body_seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._metrics = metrics
        self._body_seconds = body_seconds
        self._paths: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if REQUEST_ID.fullmatch(given) else new_id("req_")
        scope.setdefault("state", {})["request_id"] = request_id
        bind_log_context(request_id=request_id)
        started, status, begun = time.monotonic(), 500, False
        scope["state"]["started"] = started

        async def named(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                self._metrics.answers.note(time.monotonic() - started, failed=status >= FIRST_FAILURE)
                message["headers"] = _headers(message.get("headers", ()), scope, request_id)
            await send(message)

        try:
            await self._answer(scope, receive, named)
        except Exception as error:
            # Here rather than in the framework's outermost layer, whose answers would have none of the headers.
            if begun:
                raise
            logger.exception("unexpected error")
            await error_response(Request(scope), _unexpected(error))(scope, receive, named)
        finally:
            route = self._route_of(scope)
            seconds = time.monotonic() - started
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.request_seconds.labels(method, route).observe(seconds)
            logger.log(
                logging.DEBUG if scope["method"] in READS and status < FIRST_REFUSAL else logging.INFO,
                "request",
                extra={"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1)},
            )

    def _route_of(self, scope: Scope) -> str:
        """The path of the route that answered, as the table has it; plain routes leave only their endpoint behind."""
        if (route := scope.get("route")) is not None:
            return str(route.path)
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return "unmatched"
        if endpoint not in self._paths:
            found = (one for one in scope["app"].routes if getattr(one, "endpoint", None) is endpoint)
            self._paths[endpoint] = next((str(one.path) for one in found), "unmatched")
        return self._paths[endpoint]

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and (len(declared) > 15 or int(declared) > LARGEST_BODY_BYTES):
            await error_response(Request(scope), ContentTooLargeError())(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, self._body_seconds), send)


def _headers(given: Iterable[tuple[bytes, bytes]], scope: Scope, request_id: str) -> list[tuple[bytes, bytes]]:
    kept = [*given]
    names = {name.lower() for name, _ in kept}
    more = scope["state"].get("response_headers", {})
    added = [(name.lower().encode(), str(value).encode("latin-1")) for name, value in more.items()]
    safe = [header for header in SAFE_HEADERS if header[0] not in names]
    return [*kept, (b"x-request-id", request_id.encode()), *added, *safe]


def _bounded(receive: Receive, seconds: float) -> Receive:
    """Counts what arrives, and waits only so long: a body may be endless in either way."""
    length, whole = 0, False

    async def counted() -> Message:
        nonlocal length, whole
        try:
            async with asyncio.timeout(None if whole else seconds):
                message = await receive()
        except TimeoutError:
            raise HTTPException(RequestTimeoutError.status) from None
        length += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if length > LARGEST_BODY_BYTES:
            # The framework's own error: it takes every other one in a body for a fault of the JSON.
            raise HTTPException(ContentTooLargeError.status)
        return message

    return counted


def _unexpected(error: Exception) -> HexaopsError:
    if isinstance(error, HexaopsError):
        return error
    return HexaopsError("An unexpected error; the request id finds it in the logs")


def error_response(request: Request, error: HexaopsError) -> Response:
    """The documents' error body, with the request's id beside it."""
    body = error_view(error, getattr(request.state, "request_id", None))
    headers = error.headers
    if error.status == UpstreamUnavailableError.status:
        headers = {"Retry-After": RETRY_SECONDS, **headers}
    return Response(encode(body), error.status, headers, JSON)


def error_view(error: HexaopsError, request_id: str | None) -> ErrorView:
    """What its caller is told of an error."""
    detail = ErrorDetail(code=error.code, message=redact(error.message), details=redact_texts(error.details))
    return ErrorView(error=detail, request_id=request_id)


def field_problems(errors: Sequence[Any]) -> dict[str, str]:
    """Field path → what is wrong with it; never the value that was sent."""
    problems: dict[str, str] = {}
    for error in errors[:20]:
        path = field_path(part for part in error["loc"] if part != "body")
        told = TOLD.get(error.get("type"), str(error["msg"]))
        problems[path or "body"] = told.removeprefix("Value error, ")[:LONGEST_PROBLEM]
    return problems


def _of_the_framework(error: HTTPException) -> HexaopsError:
    """Our error for the framework's."""
    if error.status_code == ContentTooLargeError.status:
        return ContentTooLargeError()
    if isinstance(error, RepeatedKeyError):
        key = redact(error.key[:LONGEST_KEY].encode("utf-8", "replace").decode())
        return MalformedRequestError("The request body names a key twice", details={"body": f"has {key!r} twice"})
    if isinstance(error, NotFiniteError):
        details = {"body": f"holds {error.constant}, which is no JSON number"}
        return MalformedRequestError("The request body is not valid JSON", details=details)
    if error.status_code == MalformedRequestError.status:
        return MalformedRequestError("The request body is not valid JSON", details={"body": "cannot be read as JSON"})
    refusal = HexaopsError(HTTPStatus(error.status_code).phrase, headers=error.headers)
    refusal.status = error.status_code
    refusal.code = CODES.get(error.status_code, HTTPStatus(error.status_code).name)
    return refusal


def _is_database(error: HexaopsError) -> bool:
    return error.code == UpstreamUnavailableError.code and error.details.get("source") == "database"


def _database_away(request: Request) -> Response:
    if AI_PATH.match(request.url.path):
        return error_response(request, AiServiceUnavailableError("database"))
    details = {"source": "database"}
    return error_response(request, UpstreamUnavailableError("The database does not answer", details=details))


def install_error_handlers(app: FastAPI) -> None:
    """Every error that leaves a route becomes one body here."""

    def expected(request: Request, error: Exception) -> Response:
        assert isinstance(error, HexaopsError)
        if error.status >= 500:
            logger.warning("request failed", extra={"code": error.code, "reason": error.message}, exc_info=error)
        if _is_database(error):
            return _database_away(request)
        return error_response(request, error)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        if any(problem["type"] == "json_invalid" for problem in found):
            details = {"body": "not valid JSON"}
            return error_response(request, MalformedRequestError("The request body is not valid JSON", details=details))
        refusal = ValidationFailedError("The request is not valid", details=field_problems(found))
        return error_response(request, refusal)

    def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return error_response(request, _of_the_framework(error))

    def database(request: Request, error: Exception) -> Response:
        logger.warning("database failed", exc_info=error)
        return _database_away(request)

    def data(request: Request, error: Exception) -> Response:
        """PostgreSQL stores no NUL character (SQLSTATE class 22), which JSON strings may hold."""
        assert isinstance(error, DBAPIError)
        if str(getattr(error.orig, "sqlstate", "")).startswith("22"):
            details = {"body": "holds text that cannot be stored, such as a NUL character"}
            return error_response(request, ValidationFailedError("The request is not valid", details=details))
        return unexpected(request, error)

    def unexpected(request: Request, error: Exception) -> Response:
        logger.error("unexpected error", exc_info=error)
        return error_response(request, _unexpected(error))

    app.add_exception_handler(HexaopsError, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(OperationalError, database)
    app.add_exception_handler(DBAPIError, data)
    app.add_exception_handler(Exception, unexpected)
