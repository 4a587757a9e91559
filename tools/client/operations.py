"""The operations of both APIs as the clients have them, read from the table of routes and the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import FastAPI

from hexaops.api import ROUTES, install_routes
from hexaops.features.routing import WORKSPACE, Audience, Entry
from hexaops.openapi import operation_name
from hexaops.responses import Data, Items, Listing, answer_type
from tools.client.models import Models
from tools.docs.tables import summary

NAMES = {
    "workspaces_list_own": "list_workspaces",
    "access_list_own": "list_audit_events",
    "signin_get_session": "get_browser_session",
    "signin_open_session": "open_browser_session",
    "signin_close_session": "close_browser_session",
    "signin_create_link": "create_sign_in_link",
    "overview_get_own_overview": "get_overview",
    "workspaces_list_all": "list_workspaces",
    "access_list_all": "list_audit_events",
    "access_get_head": "get_audit_head",
    "access_verify_chain": "verify_audit",
    "insights_generate_internal_insights": "generate_insights",
}
"""Operations whose endpoint's name says too little; of the others "own" is left out."""
JSON_ONLY = ("application/json",)
STREAM_METHODS = {"live_follow_events": "events", "logs_tail_own_logs": "tail_logs"}
"""Operations that only stream: their methods are written by hand."""
STREAMS = frozenset({"logs_tail_logs", "access_export_all"})
"""Those of the internal API, which its client has not."""


@dataclass(frozen=True)
class Operation:
    """One operation: what it is called with, and what comes back."""

    name: str
    does: str
    method: str
    path: str
    """Below the workspace, or whole, as those of the internal API are."""
    path_parameters: tuple[str, ...]
    query: Mapping[str, str]
    """Name → type."""
    body: str
    """The model of its body, or ""."""
    keyed: bool
    wrapper: str
    """Data, Items, Listing, or "" for no content."""
    view: type[Any] | None

    @property
    def answer(self) -> str:
        """The type of the whole answer."""
        return f"{self.wrapper}[{self.view.__name__}]" if self.view else "None"

    @property
    def returned(self) -> str:
        """What the client's method returns."""
        if self.view is None:
            return "None"
        return {"Data": self.view.__name__, "Items": f"list[{self.view.__name__}]"}.get(self.wrapper, self.answer)


def method_name(entry: Entry) -> str:
    """The client's method of a route."""
    operation = operation_name(entry)
    given = STREAM_METHODS.get(operation) or NAMES.get(operation)
    return given or entry.endpoint.__name__.replace("_own", "")


def has_method(entry: Entry) -> bool:
    """Whether the client of the route's API has a method for it."""
    return entry.media_types == JSON_ONLY and operation_name(entry) not in STREAMS


def routes_of(audience: Audience) -> list[Entry]:
    """Every route of an API: the public one's are for users, the internal one's for service accounts."""
    return [entry for entry in ROUTES if entry.policy.audience == audience]


def operations(audience: Audience, models: Models) -> Iterator[Operation]:
    """All of them but those that only stream or take no JSON; notes the models of their bodies."""
    for entry in routes_of(audience):
        if has_method(entry) and operation_name(entry) not in STREAM_METHODS:
            yield _operation(entry, models)


def openapi_document() -> dict[str, Any]:
    """The service's document."""
    app = FastAPI(title="hexaops", version="0")
    install_routes(app)
    return app.openapi()


def _operation(entry: Entry, models: Models) -> Operation:
    described = models.document["paths"][entry.path][entry.method.lower()]
    parameters = described.get("parameters", ())
    wrapper, view = _answer(entry)
    return Operation(
        name=method_name(entry),
        does=summary(entry.endpoint),
        method=entry.method,
        path=entry.path.removeprefix(WORKSPACE) if entry.path.startswith(WORKSPACE) else entry.path,
        path_parameters=tuple(re.findall(r"{(\w+)}", entry.path.removeprefix(WORKSPACE))),
        query={one["name"]: _optional(models, one) for one in parameters if one["in"] == "query"},
        body=_body(described, models),
        keyed=entry.idempotent,
        wrapper=wrapper,
        view=view,
    )


def _optional(models: Models, parameter: Mapping[str, Any]) -> str:
    kind = models.type_of(parameter["schema"])
    return kind if parameter.get("required") or kind.endswith("| None") else f"{kind} | None"


def _body(described: Mapping[str, Any], models: Models) -> str:
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    return models.type_of(content["schema"]).removesuffix(" | None") if content else ""


def _answer(entry: Entry) -> tuple[str, type[Any] | None]:
    declared = answer_type(entry.endpoint)
    if declared is None or declared is type(None):
        return "", None
    (view,) = get_args(declared)
    wrapper = {Data: "Data", Items: "Items", Listing: "Listing"}[declared.__origin__]
    return wrapper, view
