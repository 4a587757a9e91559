"""Permissions of each role, and the scopes of service accounts.

A user's role counts within one workspace; a scope counts in the workspaces that its account is bound to.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from hexaops.features.access.tenancy import Role

_VIEWER = frozenset(
    {
        "read_workspace",
        "read_applications",
        "read_metrics",
        "read_logs",
        "read_alerts",
        "read_actions",
        "generate_insights",
        "suggest_optimizations",
    }
)
_OPERATOR = _VIEWER | {"execute_actions", "create_alerts", "acknowledge_alerts"}
_ADMIN = _OPERATOR | {"manage_workspace", "manage_webhooks", "read_audit"}

ROLES: Mapping[Role, Set[str]] = {"viewer": _VIEWER, "operator": _OPERATOR, "admin": _ADMIN}
"""Role → permissions; each role includes the previous one's."""

WHILE_SUSPENDED = _VIEWER | {"read_audit"}
"""What members may still do in a suspended workspace: read."""

ADMINISTRATION = "system:admin"

SCOPES: Mapping[str, str] = {
    "workspace:read": "Read workspaces, their overview, nodes and insights",
    "workspace:admin": "Run operations on a workspace and scale its deployments",
    "application:read": "Read applications' details and performance",
    "application:write": "Scale, heal and back up applications",
    "logs:read": "Query and follow logs",
    "logs:push:json": "Push log lines as JSON lines",
    "logs:push:otlp": "Push log records with OTLP/HTTP",
    "logs:push:loki": "Push log lines with Loki's push API",
    "incident:read": "Read incidents",
    "incident:write": "Open, remediate and resolve incidents",
    "audit:read": "Read the audit log of the bound workspaces",
    "system:read": "Read the health of the system and the automation switch",
    ADMINISTRATION: "Manage workspaces, members, service accounts and the automation switch",
}
"""Scope → what it allows."""

SCOPES_WHILE_SUSPENDED = frozenset(scope for scope in SCOPES if scope.endswith(":read")) | {ADMINISTRATION}
"""What service accounts may still do in a suspended workspace: read, and lift the suspension."""
