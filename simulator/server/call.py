"""One request, understood: who asks, for what, with which options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from simulator.resources import Resource, find_served
from simulator.server.access import Attributes, User
from simulator.status import StatusError

Object = dict[str, Any]
_WRITES = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclass(frozen=True)
class Place:
    """What a path under `/api` or `/apis` names."""

    group: str
    version: str
    namespace: str
    plural: str
    name: str
    subresource: str

    @property
    def api_version(self) -> str:
        """`group/version`, or the version alone for core."""
        return f"{self.group}/{self.version}" if self.group else self.version


def parse_place(path: str) -> Place | None:
    """The place that a path names, or None when it is no path of a resource."""
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) >= 3:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) >= 4:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) >= 3 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    rest += [""] * (3 - len(rest))
    if len(rest) > 3 and rest[3]:
        # Deeper paths exist below the subresource `proxy` only; it takes the rest of the path.
        rest = [*rest[:2], rest[2]]
    return Place(group, version, namespace, rest[0], rest[1], rest[2])


@dataclass
class Call:
    """A request on resources, as far as it is understood; `body` is filled in when it is read."""

    request: Request
    user: User
    place: Place
    resource: Resource | None
    received: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    warnings: list[str] = field(default_factory=list)
    request_object: Any = None
    """What the audit log shows as the request's object."""

    @property
    def known(self) -> Resource:
        """The resource. Raises 404 when it is not served."""
        if self.resource is None:
            raise not_served()
        return self.resource

    @property
    def verb(self) -> str:
        """The verb in the words of RBAC and of the audit log."""
        method = self.request.method
        if method in _WRITES:
            return _WRITES[method]
        if method == "DELETE":
            return "delete" if self.place.name else "deletecollection"
        if self.place.name:
            return "get"
        return "watch" if self.query.get("watch", "") in ("1", "true") else "list"

    @property
    def attributes(self) -> Attributes:
        """What access rules look at."""
        place = self.place
        resource = f"{place.plural}/{place.subresource}" if place.subresource else place.plural
        return Attributes(self.verb, place.group, resource, place.namespace, place.name)

    @property
    def manager(self) -> str:
        """The field manager of this request: the given one, else from the user agent."""
        agent = self.request.headers.get("user-agent", "unknown")
        return self.query.get("fieldManager") or agent.split("/")[0].split(" ")[0] or "unknown"

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing is to be written."""
        return self.query.get("dryRun") == "All"

    @property
    def reference(self) -> Object:
        """`objectRef` of the audit log."""
        place = self.place
        return {
            "resource": place.plural,
            "namespace": place.namespace,
            "name": place.name,
            "apiGroup": place.group,
            "apiVersion": place.version,
            "subresource": place.subresource,
        }


def make_call(request: Request, user: User, place: Place, received: datetime) -> Call:
    """A call from a request on resources."""
    query = dict(parse_qsl(request.url.query, keep_blank_values=True))
    resource = find_served(place.group, place.version, place.plural)
    return Call(request, user, place, resource, received, query)


def not_served() -> StatusError:
    """No such resource in the API."""
    return StatusError(404, "NotFound", "the server could not find the requested resource", details={})


def not_allowed() -> StatusError:
    """The resource has no such verb."""
    return StatusError(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details={}
    )
