"""Every route of both APIs, in one flat table of contents."""

from __future__ import annotations

from fastapi import FastAPI, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from hexaops.features.access import audit_routes as audit
from hexaops.features.access import routes as access
from hexaops.features.access.guard import declared_parameters, guarded
from hexaops.features.actions import routes as actions
from hexaops.features.applications import routes as applications
from hexaops.features.backups import routes as backups
from hexaops.features.chat import routes as chat
from hexaops.features.clusters import routes as clusters
from hexaops.features.diagnosis import routes as diagnosis
from hexaops.features.health import probes
from hexaops.features.health import routes as health
from hexaops.features.health.reference import reference
from hexaops.features.incidents import routes as incidents
from hexaops.features.insights import routes as insights
from hexaops.features.logs import routes as logs
from hexaops.features.operations import routes as operations
from hexaops.features.overview import routes as overview
from hexaops.features.performance import routes as performance
from hexaops.features.routing import ANYONE, Entry, service, user
from hexaops.features.scaling import routes as scaling
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

PROBES = (
    Entry("GET", "/healthz", probes.live, ANYONE),
    Entry("GET", "/readyz", probes.ready, ANYONE),
    Entry("GET", "/metrics", probes.metrics, ANYONE),
)

HEALTH = (Entry("GET", "/internal/v1/health", health.get_health, service("system:read", limit="health")),)

WORKSPACE = "/api/v1/workspaces/{workspace_id}"

APPLICATIONS = (
    Entry("GET", f"{WORKSPACE}/applications", applications.list_applications, user("read_applications")),
    Entry(
        "GET", f"{WORKSPACE}/applications/{{application_id}}", applications.get_application, user("read_applications")
    ),
    Entry("GET", f"{WORKSPACE}/events", applications.list_events, user("read_applications")),
)

ACTIONS = (
    Entry("POST", f"{WORKSPACE}/aiops/actions", actions.execute_action, user("execute_actions"), idempotent=True),
    Entry("GET", f"{WORKSPACE}/aiops/actions", actions.list_actions, user("read_actions")),
    Entry("GET", f"{WORKSPACE}/aiops/actions/{{action_id}}", actions.get_action, user("read_actions")),
    Entry(
        "POST", f"{WORKSPACE}/aiops/actions/{{action_id}}/cancel", actions.cancel_action, user("execute_actions"),
        idempotent=True,
    ),
    Entry(
        "POST", f"{WORKSPACE}/aiops/actions/{{action_id}}/rollback", actions.rollback_action, user("execute_actions"),
        idempotent=True,
    ),
)  # fmt: skip

SESSION = f"{WORKSPACE}/aiops/sessions/{{session_id}}"
CHAT = (
    Entry("POST", f"{WORKSPACE}/aiops/chat", chat.send_message, user("read_workspace", limit="chat"), idempotent=True),
    Entry("POST", "/api/v1/ai/chat", chat.ask_guide, user(limit="chat"), idempotent=True),
    Entry("POST", "/api/v1/ai/actions", chat.run_quick_action, user(), idempotent=True),
    Entry("POST", f"{WORKSPACE}/aiops/sessions", chat.create_session, user("read_workspace"), idempotent=True),
    Entry("GET", f"{WORKSPACE}/aiops/sessions", chat.list_sessions, user("read_workspace")),
    Entry("GET", SESSION, chat.get_session, user("read_workspace")),
    Entry("GET", f"{SESSION}/history", chat.get_history, user("read_workspace")),
    Entry("POST", f"{SESSION}/end", chat.end_session, user("read_workspace"), idempotent=True),
)

INTERNAL = "/internal/v1"
ADMIN = service("system:admin")
WORKSPACES = (
    Entry("GET", "/api/v1/workspaces", workspaces.list_own, user()),
    Entry("GET", f"{INTERNAL}/workspaces", workspaces.list_all, service("workspace:read")),
    Entry("POST", f"{INTERNAL}/workspaces", workspaces.create_workspace, ADMIN, 201, idempotent=True),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}", workspaces.get_workspace, service("workspace:read")),
    Entry("PATCH", f"{INTERNAL}/workspaces/{{workspace_id}}", workspaces.change_workspace, ADMIN),
    Entry("DELETE", f"{INTERNAL}/workspaces/{{workspace_id}}", workspaces.delete_workspace, ADMIN, 204),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/members", workspaces.list_members, service("workspace:read")),
    Entry("PUT", f"{INTERNAL}/workspaces/{{workspace_id}}/members/{{user_id}}", workspaces.put_member, ADMIN),
    Entry(
        "DELETE", f"{INTERNAL}/workspaces/{{workspace_id}}/members/{{user_id}}", workspaces.remove_member, ADMIN, 204
    ),
    Entry("GET", f"{INTERNAL}/automation", workspaces.get_automation, service("system:read")),
    Entry("PUT", f"{INTERNAL}/automation", workspaces.put_automation, ADMIN),
)

OVERVIEW = (
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/overview", overview.get_overview, service("workspace:read")),
    Entry("GET", f"{INTERNAL}/workspaces/{{workspace_id}}/nodes", overview.list_nodes, service("workspace:read")),
    Entry(
        "GET", f"{INTERNAL}/applications/{{application_id}}/details", overview.get_application_details,
        service("application:read", limit="application"),
    ),
)  # fmt: skip

INSIGHTS = (
    Entry("GET", f"{WORKSPACE}/aiops/capabilities", insights.get_capabilities, user("read_workspace")),
    Entry(
        "POST", f"{WORKSPACE}/aiops/insights", insights.generate_insights, user("generate_insights"), idempotent=True
    ),
    Entry(
        "POST", f"{INTERNAL}/workspaces/{{workspace_id}}/insights", insights.generate_internal_insights,
        service("workspace:read"), idempotent=True,
    ),
)  # fmt: skip

SCALING = (
    Entry(
        "POST", f"{INTERNAL}/workspaces/{{workspace_id}}/deployments/{{deployment_name}}/scale",
        scaling.scale_deployment, service("workspace:admin"), idempotent=True,
    ),
    Entry(
        "POST", f"{INTERNAL}/applications/{{application_id}}/autoscale", scaling.autoscale_application,
        service("application:write", limit="application"), idempotent=True,
    ),
)  # fmt: skip

PERFORMANCE = (
    Entry(
        "GET", f"{INTERNAL}/applications/{{application_id}}/performance", performance.analyse_performance,
        service("application:read", limit="application"),
    ),
)  # fmt: skip

BACKUPS = (
    Entry(
        "POST", f"{INTERNAL}/applications/{{application_id}}/backup", backups.start_backup,
        service("application:write", limit="application"), idempotent=True,
    ),
    Entry("GET", f"{INTERNAL}/backups", backups.list_backups, service("application:read")),
    Entry("GET", f"{INTERNAL}/backups/{{backup_id}}", backups.get_backup, service("application:read")),
)  # fmt: skip

DIAGNOSIS = (Entry("GET", f"{WORKSPACE}/aiops/diagnosis", diagnosis.get_diagnosis, user("read_applications")),)

OPERATION = f"{INTERNAL}/operations/{{operation_id}}"
OPERATIONS = (
    Entry(
        "POST", f"{INTERNAL}/workspaces/{{workspace_id}}/operations", operations.start_operation,
        service("workspace:admin"), idempotent=True,
    ),
    Entry("GET", f"{INTERNAL}/operations", operations.list_operations, service("workspace:read")),
    Entry("GET", OPERATION, operations.get_operation, service("workspace:read")),
    Entry("POST", f"{OPERATION}/cancel", operations.cancel_operation, service("workspace:admin"), idempotent=True),
)  # fmt: skip

CLUSTER = f"{INTERNAL}/clusters/{{cluster_id}}"
CLUSTERS = (
    Entry("GET", f"{INTERNAL}/clusters", clusters.list_clusters, ADMIN),
    Entry("POST", f"{INTERNAL}/clusters", clusters.add_cluster, ADMIN, 201, idempotent=True),
    Entry("DELETE", CLUSTER, clusters.remove_cluster, ADMIN, 204),
    Entry("POST", f"{CLUSTER}/test", clusters.test_cluster, ADMIN, idempotent=True),
)

ACCOUNT = f"{INTERNAL}/service-accounts/{{account_id}}"
ACCESS = (
    Entry("GET", f"{INTERNAL}/service-accounts", access.list_accounts, ADMIN),
    Entry("POST", f"{INTERNAL}/service-accounts", access.create_account, ADMIN, 201, idempotent=True),
    Entry("PATCH", ACCOUNT, access.change_account, ADMIN),
    Entry("POST", f"{ACCOUNT}/tokens", access.rotate_token, ADMIN, 201, idempotent=True),
    Entry("DELETE", f"{ACCOUNT}/tokens/{{token_id}}", access.revoke_token, ADMIN, 204),
    Entry("GET", f"{WORKSPACE}/aiops/audit", audit.list_own, user("read_audit")),
    Entry("GET", f"{INTERNAL}/audit", audit.list_all, service("audit:read")),
    Entry("GET", f"{INTERNAL}/audit/head", audit.get_head, service("audit:read")),
    Entry("GET", f"{INTERNAL}/audit/verification", audit.verify_chain, ADMIN),
)

INCIDENT_WRITES = service("incident:write")
INCIDENTS = (
    Entry("GET", f"{INTERNAL}/incidents", incidents.list_incidents, service("incident:read")),
    Entry("POST", f"{INTERNAL}/incidents", incidents.open_incident, INCIDENT_WRITES, 201, idempotent=True),
    Entry("POST", f"{INTERNAL}/incidents/alertmanager", incidents.receive_alerts, INCIDENT_WRITES, idempotent=True),
    Entry("GET", f"{INTERNAL}/incidents/{{incident_id}}", incidents.get_incident, service("incident:read")),
    Entry("POST", f"{INTERNAL}/incidents/{{incident_id}}", incidents.manage_incident, INCIDENT_WRITES, idempotent=True),
    Entry("GET", f"{WORKSPACE}/aiops/incidents", incidents.list_own_incidents, user("read_alerts")),
    Entry("GET", f"{WORKSPACE}/aiops/incidents/{{incident_id}}", incidents.get_own_incident, user("read_alerts")),
)

HOOKS = f"{WORKSPACE}/aiops/webhooks"
MANAGES_WEBHOOKS = user("manage_webhooks")
WEBHOOKS = (
    Entry("POST", HOOKS, webhooks.create_webhook, MANAGES_WEBHOOKS, 201, idempotent=True),
    Entry("GET", HOOKS, webhooks.list_webhooks, MANAGES_WEBHOOKS),
    Entry("GET", f"{HOOKS}/deliveries", webhooks.list_deliveries, MANAGES_WEBHOOKS),
    Entry("GET", f"{HOOKS}/deliveries/{{delivery_id}}", webhooks.get_delivery, MANAGES_WEBHOOKS),
    Entry(
        "POST", f"{HOOKS}/deliveries/{{delivery_id}}/redeliver", webhooks.redeliver, MANAGES_WEBHOOKS, 202,
        idempotent=True,
    ),
    Entry("GET", f"{HOOKS}/{{webhook_id}}", webhooks.get_webhook, MANAGES_WEBHOOKS),
    Entry("PATCH", f"{HOOKS}/{{webhook_id}}", webhooks.update_webhook, MANAGES_WEBHOOKS),
    Entry("DELETE", f"{HOOKS}/{{webhook_id}}", webhooks.delete_webhook, MANAGES_WEBHOOKS, 204),
    Entry(
        "POST", f"{HOOKS}/{{webhook_id}}/rotate-secret", webhooks.rotate_webhook_secret, MANAGES_WEBHOOKS,
        idempotent=True,
    ),
    Entry("POST", f"{HOOKS}/{{webhook_id}}/test", webhooks.test_webhook, MANAGES_WEBHOOKS, idempotent=True),
    Entry("GET", f"{HOOKS}/{{webhook_id}}/deliveries", webhooks.list_webhook_deliveries, MANAGES_WEBHOOKS),
)  # fmt: skip

LOG_READS = service("logs:read", limit="logs")
LOG_WRITES = service("logs:write", limit="log_push")
LINES = ("application/x-ndjson", "application/json", "application/jsonl", "text/plain")
LOGS = (
    Entry("POST", f"{INTERNAL}/logs/query", logs.query_logs, LOG_READS, idempotent=True),
    Entry("GET", f"{INTERNAL}/logs/queries/{{query_id}}", logs.get_log_query, LOG_READS),
    Entry("GET", f"{INTERNAL}/logs/tail", logs.tail_logs, LOG_READS),
    Entry("POST", f"{INTERNAL}/logs/push", logs.push_logs, LOG_WRITES, idempotent=True, media_types=LINES),
    Entry("POST", f"{INTERNAL}/logs/otlp/v1/logs", logs.push_otlp, LOG_WRITES, idempotent=True),
    Entry("POST", f"{INTERNAL}/logs/loki/api/v1/push", logs.push_loki, LOG_WRITES, idempotent=True),
    Entry("POST", f"{WORKSPACE}/aiops/logs/query", logs.query_own_logs, user("read_logs"), idempotent=True),
    Entry("GET", f"{WORKSPACE}/aiops/logs/queries/{{query_id}}", logs.get_own_log_query, user("read_logs")),
    Entry("GET", f"{WORKSPACE}/aiops/logs/tail", logs.tail_own_logs, user("read_logs")),
)

ROUTES = (
    *PROBES,
    *HEALTH,
    *INCIDENTS,
    *WORKSPACES,
    *OVERVIEW,
    *SCALING,
    *PERFORMANCE,
    *OPERATIONS,
    *BACKUPS,
    *CLUSTERS,
    *ACCESS,
    *APPLICATIONS,
    *DIAGNOSIS,
    *INSIGHTS,
    *CHAT,
    *ACTIONS,
    *WEBHOOKS,
    *LOGS,
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
