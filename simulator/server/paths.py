"""Paths that name no resource: health, version, discovery, OpenAPI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulator.server import discovery, openapi
from simulator.server.access import Access, Attributes, User
from simulator.server.call import not_allowed
from simulator.server.negotiation import answer_object
from simulator.status import StatusError

Object = dict[str, Any]
_HEALTH = ("/healthz", "/livez", "/readyz")


@dataclass(frozen=True)
class PathReader:
    """Answers what is not about objects."""

    access: Access
    installed: set[str]
    """Groups that are served besides Kubernetes' own."""

    async def read(self, request: Request, user: User) -> Response:
        """The answer for a path. Raises StatusError."""
        path = request.url.path.rstrip("/") or "/"
        if request.method not in ("GET", "HEAD"):
            raise not_allowed()
        self.access.check(user, Attributes("get", path=path))
        if path in _HEALTH:
            return Response(b"ok", media_type="text/plain")
        found = self._find(request, path)
        if found is None:
            return not_found()
        return found if isinstance(found, Response) else await answer_object(request, found)

    def serves(self, group: str, version: str) -> bool:
        """Whether there is such a group and version."""
        return version in discovery.group_versions(self.installed).get(group, ())

    def _find(self, request: Request, path: str) -> Object | Response | None:
        if path in ("/api", "/apis"):
            return self._root(request, path)
        match path.strip("/").split("/"):
            case ["version"]:
                return discovery.VERSION
            case ["api", version]:
                return discovery.find_resource_list("", version)
            case ["apis", group]:
                return discovery.find_group(group, self.installed)
            case ["apis", group, version]:
                return discovery.find_resource_list(group, version, self.installed)
            case ["openapi", "v3"]:
                return openapi.index(self.installed)
            case ["openapi", "v3", *rest]:
                return openapi.find_document("/".join(rest), self.installed)
            case ["openapi", "v2"]:
                raise StatusError(
                    406, "NotAcceptable", "the simulator serves OpenAPI v3 only, at /openapi/v3", details={}
                )
            case [""]:
                return {"paths": ["/api", "/apis", *_HEALTH, "/openapi/v3", "/version"]}
        return None

    def _root(self, request: Request, path: str) -> Object | Response:
        core = path == "/api"
        wanted = re.sub(r"\s", "", request.headers.get("accept", "")).split(",")
        for media in wanted:
            if media.startswith("application/json") and "as=APIGroupDiscoveryList" in media and "v=v2;" in f"{media};":
                content = msgspec.json.encode(discovery.aggregated(self.installed, core=core)) + b"\n"
                headers = {"Content-Type": discovery.AGGREGATED, "Vary": "Accept", "Cache-Control": "public"}
                return Response(content, headers=headers)
            if media.partition(";")[0] in ("application/json", "*/*") and "as=" not in media:
                break
        return discovery.core_versions() if core else discovery.group_list(self.installed)


def not_found() -> Response:
    """What the real server says to a path that it does not know."""
    return Response(b"404 page not found\n", status_code=404, media_type="text/plain")
