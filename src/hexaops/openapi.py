"""`/openapi.json`: FastAPI describes what requests hold, and the table of routes what answers hold.

A route's answer is its endpoint's return annotation; its errors are those of the gate, of reading the request, and
those that `refuses` names beside it. `x-error-codes` lists the codes behind each status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, get_type_hints

import msgspec
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi

from hexaops.errors import HexaopsError, UpstreamUnavailableError, ValidationFailedError
from hexaops.features.access.errors import (
    AddressNotAllowedError,
    ClientCertificateError,
    InsufficientPermissionsError,
    InsufficientScopesError,
    InvalidCursorError,
    InvalidServiceAccountError,
    UnauthenticatedError,
    WorkspaceNotFoundError,
)
from hexaops.features.access.idempotency import (
    IdempotencyInProgressError,
    IdempotencyKeyReusedError,
    IdempotencyOutcomeUnknownError,
)
from hexaops.features.access.rates import InternalRateLimitExceededError, RateLimitExceededError
from hexaops.features.routing import Entry
from hexaops.kit.paging import PageRequest
from hexaops.middleware import (
    AI_PATH,
    AiServiceUnavailableError,
    ContentTooLargeError,
    MalformedRequestError,
    RequestTimeoutError,
    UnsupportedMediaTypeError,
)
from hexaops.responses import JSON, ErrorView, answer_type, refusals_of

ErrorKind = type[HexaopsError]
SERVICE_REFUSALS: tuple[ErrorKind, ...] = (InvalidServiceAccountError, AddressNotAllowedError, ClientCertificateError)
"""Those of every route of the internal API."""
REFERENCE = "#/components/schemas/{name}"
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
STREAMS = dict.fromkeys(
    ("chat_send_message", "live_follow_events", "logs_tail_logs", "logs_tail_own_logs"), "text/event-stream"
)
"""Operations that also answer as a stream, and its media type."""
ALSO = {"health_ready": 503}
"""Operations whose body comes with another status too."""
PLAIN_TEXT = "text/plain"
UNEXPECTED = "An unexpected error; `request_id` finds it in the logs."
FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
"""FastAPI's own error bodies, which no answer of ours has."""


def operation_name(entry: Entry) -> str:
    """Feature and endpoint, such as `chat_send_message`."""
    return f"{entry.endpoint.__module__.split('.')[-2]}_{entry.endpoint.__name__}"


def describe(app: FastAPI, entries: Sequence[Entry]) -> None:
    """Let the app's document describe the answers of these routes; it is made when first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = make_document(app, entries)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # the way that FastAPI documents


def make_document(app: FastAPI, entries: Sequence[Entry]) -> dict[str, Any]:
    """The whole document."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    types = {entry: answer_type(entry.endpoint) for entry in entries}
    described = [one for one in types.values() if _is_view(one)]
    shapes, components = msgspec.json.schema_components([*described, ErrorView], ref_template=REFERENCE)
    by_type = dict(zip(described, shapes, strict=False))
    for entry, declared in types.items():
        operation = made["paths"][entry.path][entry.method.lower()]
        operation["responses"] = {
            str(entry.status): _success(entry, by_type.get(declared) if _is_view(declared) else None),
            **error_responses(entry),
        }
        if also := ALSO.get(operation_name(entry)):
            operation["responses"][str(also)] = operation["responses"][str(entry.status)]
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    return _renamed(made, schemas, components)


def errors_of(entry: Entry) -> list[ErrorKind]:
    """Every error that a route can answer with, by status; unexpected ones aside."""
    expected: tuple[ErrorKind, ...] = (*_common_errors(entry), *refusals_of(entry.endpoint))
    found = {(kind.status, kind.code): kind for kind in expected}
    return [found[key] for key in sorted(found)]


def error_responses(entry: Entry) -> dict[str, Any]:
    """The OpenAPI responses of a route's errors, one a status."""
    responses: dict[str, Any] = {}
    kinds: list[ErrorKind] = [*errors_of(entry), HexaopsError]
    for kind in kinds:
        response = responses.setdefault(
            str(kind.status),
            {
                "description": "",
                "x-error-codes": [],
                "content": {JSON: {"schema": {"$ref": REFERENCE.format(name=ErrorView.__name__)}}},
            },
        )
        said = UNEXPECTED if kind is HexaopsError else " ".join((kind.__doc__ or "").split())
        line = f"`{kind.code}`: {said}"
        response["description"] = f"{response['description']}\n\n{line}".strip()
        response["x-error-codes"].append(kind.code)
    return responses


def _common_errors(entry: Entry) -> Iterator[ErrorKind]:
    policy = entry.policy
    if entry.method in WITH_BODY:
        yield from (ContentTooLargeError, RequestTimeoutError)
    if policy.audience == "anyone":
        return
    user = policy.audience == "user"
    yield from (UnauthenticatedError,) if user else SERVICE_REFUSALS
    yield RateLimitExceededError if user else InternalRateLimitExceededError
    yield from (MalformedRequestError, UnsupportedMediaTypeError, ValidationFailedError, UpstreamUnavailableError)
    if policy.permission is not None:
        yield InsufficientPermissionsError if user else InsufficientScopesError
    if "{workspace_id}" in entry.path:
        yield WorkspaceNotFoundError
    if PageRequest in get_type_hints(entry.endpoint).values():
        yield InvalidCursorError
    if entry.idempotent:
        yield from (IdempotencyInProgressError, IdempotencyOutcomeUnknownError, IdempotencyKeyReusedError)
    if AI_PATH.match(entry.path):
        yield AiServiceUnavailableError


def _is_view(declared: Any) -> bool:
    origin = getattr(declared, "__origin__", declared)
    return isinstance(origin, type) and issubclass(origin, msgspec.Struct)


def _success(entry: Entry, shape: dict[str, Any] | None) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(entry.status).phrase}
    if shape is None and entry.status != HTTPStatus.NO_CONTENT:
        text = answer_type(entry.endpoint) is Response
        response["content"] = {PLAIN_TEXT: {"schema": {"type": "string"}}} if text else {JSON: {"schema": {}}}
    if shape is not None:
        response["content"] = {JSON: {"schema": shape}}
        if stream := STREAMS.get(operation_name(entry)):
            response["content"][stream] = {"schema": {"type": "string"}}
    return response


def _renamed(made: dict[str, Any], schemas: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """The document with the views' schemas: `Data_PlanView_`, as msgspec names generics, becomes `PlanViewData`."""
    names = {name: re.sub(r"^(\w+?)_(\w+)_$", r"\2\1", name) for name in components}
    for name, shape in components.items():
        schemas[names[name]] = {**shape, "title": names[name]}
    text = msgspec.json.encode(made).decode()
    for name, short in names.items():
        if name != short:
            text = text.replace(f'"{REFERENCE.format(name=name)}"', f'"{REFERENCE.format(name=short)}"')
    return dict(msgspec.json.decode(text))
