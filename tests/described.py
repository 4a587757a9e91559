"""Every JSON answer that a test receives is held against what `/openapi.json` says of its route."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import httpx2
import msgspec

from hexaops.api import ROUTES
from hexaops.features.routing import Entry
from hexaops.openapi import ALSO, errors_of, operation_name
from hexaops.responses import JSON, ErrorView, answer_type

UNEXPECTED = (500, "INTERNAL_ERROR")


class DescribedTransport(httpx2.ASGITransport):
    """Raises AssertionError for an answer that is not described."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The app's answer."""
        response = await super().handle_async_request(request)
        entry = _entry(request.method, request.url.path)
        if entry is not None and response.headers.get("content-type", "").startswith(JSON):
            check(entry, response.status_code, await response.aread())
        return response


def check(entry: Entry, status: int, body: bytes) -> None:
    """Hold an answer against its route's description."""
    if status == entry.status or ALSO.get(operation_name(entry)) == status:
        declared = _view(entry)
        if declared is not None:
            msgspec.json.decode(body, type=declared)
        return
    error = msgspec.json.decode(body, type=ErrorView).error
    described = {(kind.status, kind.code) for kind in errors_of(entry)} | {UNEXPECTED}
    assert (status, error.code) in described, (
        f"{entry.method} {entry.path} answers {status} {error.code}: not described"
    )


@cache
def _view(entry: Entry) -> Any:
    declared = answer_type(entry.endpoint)
    return None if getattr(declared, "__origin__", None) is dict else declared


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], Entry]]:
    """The routes in their order: the first that fits is the one that answers."""
    return [(entry.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", entry.path)), entry) for entry in ROUTES]


def _entry(method: str, path: str) -> Entry | None:
    return next((entry for verb, pattern, entry in _patterns() if verb == method and pattern.fullmatch(path)), None)
