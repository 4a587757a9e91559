"""`/healthz`, `/readyz` and `/metrics`: for operators of the process, not for API callers.

Liveness says only that the process answers: a restart fixes neither an unavailable database nor cluster.
Readiness says whether it can do its work, part by part.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import Request, Response
from msgspec import UNSET
from prometheus_client import CONTENT_TYPE_LATEST

from hexaops.errors import NotFoundError
from hexaops.features.health.service import HealthService
from hexaops.features.health.views import LiveView, ReadinessView
from hexaops.features.routing import ANYONE, Entry
from hexaops.provide import provided
from hexaops.responses import JSON, encode, refuses

Health = Annotated[HealthService, provided(HealthService)]


async def live() -> LiveView:
    """Liveness probe."""
    return LiveView()


async def ready(request: Request, health: Health) -> ReadinessView | Response:
    """Whether the database answers and a cluster has been read; details on loopback only, unless configured."""
    found = await health.readiness()
    parts = found.parts if _may_look_inside(request, health) else UNSET
    if found.ready:
        return ReadinessView(status="ready", parts=parts)
    return Response(encode(ReadinessView(status="not ready", parts=parts)), 503, media_type=JSON)


@refuses(NotFoundError)
async def metrics(request: Request, health: Health) -> Response:
    """Prometheus exposition of the service's own metrics; on loopback only, unless configured."""
    if not _may_look_inside(request, health):
        raise NotFoundError("Not Found")
    return Response(health.render_metrics(), media_type=CONTENT_TYPE_LATEST)


def _may_look_inside(request: Request, health: HealthService) -> bool:
    if health.settings.probes_public:
        return True
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False  # a proxy on this machine is on loopback, its clients are not
    host = request.client.host if request.client else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


ROUTES = (
    Entry("GET", "/healthz", live, ANYONE),
    Entry("GET", "/readyz", ready, ANYONE),
    Entry("GET", "/metrics", metrics, ANYONE),
)
