"""The edge of HTTP: request ids, access lines, metrics, and the one place where errors become answers."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hexaops.errors import HexaopsError, UpstreamUnavailableError, ValidationFailedError
from hexaops.kit.ids import new_id
from hexaops.logs import bind_log_context
from hexaops.metrics import Metrics

REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What a caller may send as `X-Request-Id`; anything else is replaced, not echoed."""
AI_PATH = re.compile(r"/api/v1/(?:ai|workspaces/[^/]+/aiops)/")
"""The public API's routes that the document calls the AI service."""
CODES = {400: "BAD_REQUEST", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "CONTENT_TOO_LARGE"}
READS = ("GET", "HEAD")
"""Methods whose answers, unless refused, are logged at debug only: probes, scrapes and watchers repeat them."""
FIRST_REFUSAL = 400

logger = logging.getLogger("hexaops.http")


class MalformedRequestError(HexaopsError):
    """The body is not the JSON that it says it is."""

    code = "MALFORMED_REQUEST"
    status = 400


class AiServiceUnavailableError(UpstreamUnavailableError):
    """The public AI API cannot work at all; a source that is away only degrades its answers."""

    code = "AI_SERVICE_UNAVAILABLE"

    def __init__(self, source: str) -> None:
        reasons = {"estimated_recovery": f"nothing tells when the {source} will be back"}
        details = {"estimated_recovery": None, "source": source, "reasons": reasons}
        super().__init__("AI operations service is temporarily unavailable", details=details)


class RequestEdge:
    """ASGI middleware: names the request, times it, writes its line, counts it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if REQUEST_ID.fullmatch(given) else new_id("req_")
        scope.setdefault("state", {})["request_id"] = request_id
        bind_log_context(request_id=request_id)
        started, status = time.monotonic(), 500

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = scope["state"].get("response_headers", {})
                added = [(name.lower().encode(), str(value).encode("latin-1")) for name, value in more.items()]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode()), *added]
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            seconds = time.monotonic() - started
            self._metrics.requests.labels(scope["method"], route, str(status)).inc()
            self._metrics.request_seconds.labels(scope["method"], route).observe(seconds)
            logger.log(
                logging.DEBUG if scope["method"] in READS and status < FIRST_REFUSAL else logging.INFO,
                "request",
                extra={"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1)},
            )


def error_response(request: Request, error: HexaopsError) -> Response:
    """The documents' error body, with the request's id beside it."""
    body = {
        "error": {"code": error.code, "message": error.message, "details": error.details},
        "request_id": getattr(request.state, "request_id", None),
    }
    return Response(msgspec.json.encode(body), error.status, error.headers, "application/json")


def field_problems(errors: Sequence[Any]) -> dict[str, str]:
    """Field path → what is wrong with it; never the value that was sent."""
    problems: dict[str, str] = {}
    for error in errors[:20]:
        path = ".".join(str(part) for part in error["loc"] if part != "body")
        problems[path or "body"] = str(error["msg"])[:200]
    return problems


def install_error_handlers(app: FastAPI) -> None:
    """Every error that leaves a route becomes one body here."""

    def expected(request: Request, error: Exception) -> Response:
        assert isinstance(error, HexaopsError)
        if error.status >= 500:
            logger.warning("request failed", extra={"code": error.code, "reason": error.message}, exc_info=error)
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
        refusal = HexaopsError(HTTPStatus(error.status_code).phrase, headers=error.headers)
        refusal.status = error.status_code
        refusal.code = CODES.get(error.status_code, HTTPStatus(error.status_code).name)
        return error_response(request, refusal)

    def database(request: Request, error: Exception) -> Response:
        logger.warning("database failed", exc_info=error)
        if AI_PATH.match(request.url.path):
            return error_response(request, AiServiceUnavailableError("database"))
        details = {"source": "database"}
        return error_response(request, UpstreamUnavailableError("The database does not answer", details=details))

    def data(request: Request, error: Exception) -> Response:
        """PostgreSQL stores no NUL character (SQLSTATE class 22), which JSON strings may hold."""
        assert isinstance(error, DBAPIError)
        if str(getattr(error.orig, "sqlstate", "")).startswith("22"):
            details = {"body": "holds text that cannot be stored, such as a NUL character"}
            return error_response(request, ValidationFailedError("The request is not valid", details=details))
        return unexpected(request, error)

    def unexpected(request: Request, error: Exception) -> Response:
        logger.error("unexpected error", exc_info=error)
        return error_response(request, HexaopsError("An unexpected error; the request id finds it in the logs"))

    app.add_exception_handler(HexaopsError, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(OperationalError, database)
    app.add_exception_handler(DBAPIError, data)
    app.add_exception_handler(Exception, unexpected)
