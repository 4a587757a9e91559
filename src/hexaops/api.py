"""Every route of both APIs: the features' tables of method, path, endpoint and policy (each in its `routes.py`)."""

from __future__ import annotations

from fastapi import FastAPI, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from hexaops.features.access import audit_routes as audit
from hexaops.features.access import routes as access
from hexaops.features.access.guard import declared_parameters, guarded
from hexaops.features.actions import routes as actions
from hexaops.features.alerts import routes as alerts
from hexaops.features.applications import routes as applications
from hexaops.features.autopilot import routes as autopilot
from hexaops.features.backups import routes as backups
from hexaops.features.chat import routes as chat
from hexaops.features.clusters import routes as clusters
from hexaops.features.dashboards import routes as dashboards
from hexaops.features.diagnosis import routes as diagnosis
from hexaops.features.diagnostics import routes as diagnostics
from hexaops.features.health import probes
from hexaops.features.health import routes as health
from hexaops.features.health.reference import reference
from hexaops.features.incidents import routes as incidents
from hexaops.features.insights import routes as insights
from hexaops.features.live import routes as live
from hexaops.features.logs import routes as logs
from hexaops.features.metrics import routes as metrics
from hexaops.features.notifications import routes as notifications
from hexaops.features.operations import routes as operations
from hexaops.features.overview import routes as overview
from hexaops.features.performance import routes as performance
from hexaops.features.scaling import routes as scaling
from hexaops.features.signin import routes as signin
from hexaops.features.webhooks import routes as webhooks
from hexaops.features.workspaces import routes as workspaces
from hexaops.openapi import describe, operation_name
from hexaops.responses import answering

SECURITY = {
    "anyone": [],
    "user": [Security(HTTPBearer(scheme_name="user token", bearerFormat="JWT", auto_error=False))],
    "service": [
        Security(HTTPBearer(scheme_name="service account token", auto_error=False)),
        Security(APIKeyHeader(name="X-Service-Account", scheme_name="service account id", auto_error=False)),
    ],
}
"""For the OpenAPI document only; the guard has checked the credentials before."""

ROUTES = (
    *probes.ROUTES,
    *health.ROUTES,
    *incidents.ROUTES,
    *autopilot.ROUTES,
    *workspaces.ROUTES,
    *overview.ROUTES,
    *scaling.ROUTES,
    *performance.ROUTES,
    *operations.ROUTES,
    *backups.ROUTES,
    *clusters.ROUTES,
    *access.ROUTES,
    *audit.ROUTES,
    *applications.ROUTES,
    *diagnosis.ROUTES,
    *insights.ROUTES,
    *chat.ROUTES,
    *actions.ROUTES,
    *alerts.ROUTES,
    *dashboards.ROUTES,
    *diagnostics.ROUTES,
    *webhooks.ROUTES,
    *notifications.ROUTES,
    *logs.ROUTES,
    *metrics.ROUTES,
    *signin.ROUTES,
    *live.ROUTES,
)


def install_routes(app: FastAPI) -> None:
    """Give the app every route of the table, each behind its policy."""
    for entry in ROUTES:
        app.router.add_api_route(
            entry.path,
            answering(entry.endpoint, status=entry.status),
            methods=[entry.method],
            status_code=entry.status,
            route_class_override=guarded(entry),
            dependencies=[*SECURITY[entry.policy.audience], *declared_parameters(entry)],
            name=operation_name(entry),
            operation_id=operation_name(entry),
            tags=[entry.endpoint.__module__.split(".")[-2]],
            response_model=None,
        )
    describe(app, ROUTES)
    app.router.add_route("/docs", reference, include_in_schema=False)
