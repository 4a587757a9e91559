"""Every route of both APIs, in one flat table of contents."""

from __future__ import annotations

from fastapi import FastAPI

from hexaops.features.health import probes
from hexaops.features.routing import ANYONE, Entry

PROBES = (
    Entry("GET", "/healthz", probes.live, ANYONE),
    Entry("GET", "/readyz", probes.ready, ANYONE),
    Entry("GET", "/metrics", probes.metrics, ANYONE),
)

ROUTES = (*PROBES,)


def install_routes(app: FastAPI) -> None:
    """Give the app every route of the table, each behind its policy."""
    for entry in ROUTES:
        app.add_api_route(
            entry.path,
            entry.endpoint,
            methods=[entry.method],
            status_code=entry.status,
            name=f"{entry.endpoint.__module__.split('.')[-2]}_{entry.endpoint.__name__}",
            include_in_schema=entry.policy.audience != "anyone",
        )
