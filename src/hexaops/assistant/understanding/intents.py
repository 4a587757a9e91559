"""The closed set of things a person can mean, grouped by what the service does with them.

An intent in CHANGE_INTENTS may lead to a plan (never to a change by itself); every other intent reads or talks.
LATER_INTENTS are recognised so that the answer can say honestly what is not available instead of guessing.
"""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What the person means; the values are the words of the API (`metadata.intent`)."""

    STATUS_QUERY = "status_query"
    """State or number of applications: all, some, by project, or by a status filter."""
    USAGE_QUERY = "usage_query"
    """CPU or memory now, of one application, a node or all."""
    POD_STATUS = "pod_status"
    """Pods: of an application, by status, restart counts."""
    NODE_STATUS = "node_status"
    """Nodes: ready or not, how many."""
    ALERT_QUERY = "alert_query"
    """Alerts, warnings, open problems."""
    ACTION_STATUS = "action_status"
    """How a change that was started is going, or what became of it."""

    RESTART_APPLICATION = "restart_application"
    RESTART_FAILING = "restart_failing"
    """Restart whatever matches `parameters.status_filter`; the caller finds the targets."""
    SCALE_APPLICATION = "scale_application"
    START_APPLICATION = "start_application"
    STOP_APPLICATION = "stop_application"
    CANCEL_ACTION = "cancel_action"
    ROLLBACK_ACTION = "rollback_action"

    CONFIRM = "confirm"
    """Yes, do it. Chat itself changes nothing; the answer explains how to confirm the plan."""
    DENY = "deny"
    ACTION_QUESTION = "action_question"
    """Speaks about a change (`about`) without asking for it now: see `mode`."""
    NO_ACTION = "no_action"
    """Says that a change (`about`) must not be made, or takes a request back."""

    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"

    PERFORMANCE_ANALYSIS = "performance_analysis"
    DIAGNOSE = "diagnose"
    LOG_QUERY = "log_query"
    OPTIMIZATION = "optimization"
    COST_ANALYSIS = "cost_analysis"
    CHANGE_HISTORY = "change_history"
    ALERT_CREATE = "alert_create"
    ALERT_ACKNOWLEDGE = "alert_acknowledge"
    ANOMALY_QUERY = "anomaly_query"
    FORECAST_QUERY = "forecast_query"
    SECURITY_QUERY = "security_query"
    DASHBOARD_CREATE = "dashboard_create"
    AUTOSCALING = "autoscaling"
    CONFIG_UPDATE = "config_update"
    DEPLOY_APPLICATION = "deploy_application"
    DELETE_APPLICATION = "delete_application"
    NODE_MAINTENANCE = "node_maintenance"
    BACKUP = "backup"
    WORKSPACE_GUIDE = "workspace_guide"
    LIST_RESOURCES = "list_resources"
    """What exists and what its fields say: images, limits, ports, owners."""
    HIGH_USAGE = "high_usage"
    """Who uses the most, and why usage is high."""
    EVENT_QUERY = "event_query"
    """Kubernetes events."""
    ROOT_CAUSE = "root_cause"
    COST_BREAKDOWN = "cost_breakdown"
    COST_OPTIMIZATION = "cost_optimization"
    CONNECTIVITY = "connectivity"
    DIAGNOSTICS = "diagnostics"
    """Gather a diagnostic bundle, run health checks."""
    ROLLBACK_APPLICATION = "rollback_application"
    """Back to an earlier revision of an application."""
    UPDATE_QUOTA = "update_quota"

    OUT_OF_SCOPE = "out_of_scope"
    """Nothing about the platform."""
    UNCLEAR = "unclear"
    """May be about the platform, but not sure what: see `alternatives`."""


CHANGE_INTENTS = frozenset(
    {
        Intent.RESTART_APPLICATION,
        Intent.RESTART_FAILING,
        Intent.SCALE_APPLICATION,
        Intent.START_APPLICATION,
        Intent.STOP_APPLICATION,
        Intent.CANCEL_ACTION,
        Intent.ROLLBACK_ACTION,
    }
)
"""Requests that may become a plan. Nothing but a request in the imperative gets one of these."""

PLANNED_INTENTS = CHANGE_INTENTS - {Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION}
"""Requests that become plans; cancelling and rolling back have routes of their own."""

READ_INTENTS = frozenset(
    {
        Intent.STATUS_QUERY,
        Intent.USAGE_QUERY,
        Intent.POD_STATUS,
        Intent.NODE_STATUS,
        Intent.ALERT_QUERY,
        Intent.ACTION_STATUS,
    }
)

LATER_INTENTS = frozenset(
    {
        Intent.PERFORMANCE_ANALYSIS,
        Intent.DIAGNOSE,
        Intent.LOG_QUERY,
        Intent.OPTIMIZATION,
        Intent.COST_ANALYSIS,
        Intent.CHANGE_HISTORY,
        Intent.ALERT_CREATE,
        Intent.ALERT_ACKNOWLEDGE,
        Intent.ANOMALY_QUERY,
        Intent.FORECAST_QUERY,
        Intent.SECURITY_QUERY,
        Intent.DASHBOARD_CREATE,
        Intent.AUTOSCALING,
        Intent.CONFIG_UPDATE,
        Intent.DEPLOY_APPLICATION,
        Intent.DELETE_APPLICATION,
        Intent.NODE_MAINTENANCE,
        Intent.BACKUP,
        Intent.WORKSPACE_GUIDE,
        Intent.LIST_RESOURCES,
        Intent.HIGH_USAGE,
        Intent.EVENT_QUERY,
        Intent.ROOT_CAUSE,
        Intent.COST_BREAKDOWN,
        Intent.COST_OPTIMIZATION,
        Intent.CONNECTIVITY,
        Intent.DIAGNOSTICS,
        Intent.ROLLBACK_APPLICATION,
        Intent.UPDATE_QUOTA,
    }
)
"""Recognised; the service that answers decides which of them it can serve already."""


LATER_CHANGES = frozenset(
    {
        Intent.ROLLBACK_APPLICATION,
        Intent.CONFIG_UPDATE,
        Intent.AUTOSCALING,
        Intent.UPDATE_QUOTA,
        Intent.DEPLOY_APPLICATION,
        Intent.DELETE_APPLICATION,
        Intent.NODE_MAINTENANCE,
        Intent.BACKUP,
    }
)
"""Changes of other kinds: they are never planned as something else, and only SETTING_INTENTS as themselves."""


SETTING_INTENTS = frozenset(
    {Intent.ROLLBACK_APPLICATION, Intent.CONFIG_UPDATE, Intent.AUTOSCALING, Intent.UPDATE_QUOTA}
)
"""Those of LATER_CHANGES that are planned when they are asked for with their values (`Understanding.slots`)."""


class Mode(StrEnum):
    """How a change is spoken of. Only REQUEST can give an intent of CHANGE_INTENTS."""

    REQUEST = "request"
    READ = "read"
    """A question or a command that reads."""
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"
    """What happens if …"""
    ADVICE = "advice"
    """Should I …, … needs a restart: offer the change, do not assume it."""
    HOWTO = "howto"
    CONDITIONAL = "conditional"
    """Do it if or when something happens."""
    SCHEDULED = "scheduled"
    """Do it at a later time, or regularly."""
    REPORTED = "reported"
    """Somebody said it, or it stands in quotation marks."""
    PAST = "past"
    STATEMENT = "statement"
