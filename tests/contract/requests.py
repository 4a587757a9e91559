"""The documented request of each endpoint, with live ids and times in place of the documents' own.

Every body here is itself held to the documented request's shape before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contract.live import STATUS_QUESTION, Live


@dataclass(frozen=True)
class Sent:
    """Path parameters, query and body of one request."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


def _chat(live: Live) -> Sent:
    live.wait_until_measured()
    return Sent(
        {"wsId": live.workspace_id},
        body={
            "message": STATUS_QUESTION,
            "session_id": live.session_id,
            "context": {"include_metrics": True, "time_range": "1h"},
            "capabilities": ["read_applications", "read_metrics", "generate_insights"],
        },
    )


def _global_chat(live: Live) -> Sent:
    user_context = {"organizations": ["org-123"], "role": "admin"}
    return Sent(
        body={
            "message": "How do I set up a new workspace for my team?",
            "session_id": live.global_session_id,
            "context": {"user_context": user_context},
        }
    )


def _action(live: Live) -> Sent:
    return Sent(
        {"wsId": live.workspace_id},
        body={
            "action": "restart_application",
            "parameters": {
                "application_id": live.applications["web-app"],
                "reason": "Resolve connection issues",
                "confirmation": True,
            },
            "session_id": live.session_id,
            "message_id": live.message_id,
        },
    )


def _action_status(live: Live) -> Sent:
    return Sent({"wsId": live.workspace_id, "actionId": live.action_id})


def _session(live: Live) -> Sent:
    return Sent(
        {"wsId": live.workspace_id},
        body={
            "name": "Troubleshooting Session",
            "description": "Investigating application performance issues",
            "context": {
                "focus_area": "performance",
                "applications": [live.applications["web-app"], live.applications["api-service"]],
                "time_range": "1h",
            },
            "capabilities": ["read_metrics", "read_logs", "read_applications", "suggest_optimizations"],
        },
    )


def _sessions(live: Live) -> Sent:
    limit = 10
    for _ in range(limit):  # a page of the documents' own: what other tests made has other contexts
        live.new_session()
    return Sent({"wsId": live.workspace_id}, {"status": "active", "limit": str(limit)})


def _history(live: Live) -> Sent:
    return Sent({"wsId": live.workspace_id, "sessionId": live.session_id}, {"limit": "2", "before": live.message_id})


def _end(live: Live) -> Sent:
    return Sent(
        {"wsId": live.workspace_id, "sessionId": live.new_session()},
        body={
            "summary": "Successfully identified and resolved performance bottleneck in database queries",
            "actions_completed": [live.action_id],
        },
    )


def _insights(live: Live) -> Sent:
    return Sent(
        {"wsId": live.workspace_id},
        body={
            "scope": "workspace",
            "focus_areas": ["performance", "cost_optimization", "security", "reliability"],
            "time_range": "7d",
            "include_recommendations": True,
        },
    )


def _internal_insights(live: Live) -> Sent:
    feedback = [{"issue": "slow_response_times", "component": "api-service"}]
    return Sent(
        {"workspaceId": live.workspace_id},
        body={
            "analysis_type": "performance",
            "time_range": "24h",
            "focus_areas": [
                "resource_optimization",
                "cost_analysis",
                "security_posture",
                "performance_bottlenecks",
            ],
            "include_recommendations": True,
            "context": {"recent_changes": True, "user_feedback": feedback},
        },
    )


def _operation(live: Live) -> Sent:
    return Sent(
        {"workspaceId": live.workspace_id},
        body={
            "operation": "auto_heal",
            "parameters": {
                "target_component": "database-app",
                "action": "restart_unhealthy_pods",
                "confirmation": True,
            },
            "context": {"triggered_by": "health_monitor", "incident_id": "inc-456", "severity": "medium"},
        },
    )


def _scale(live: Live) -> Sent:
    """An autoscaler is of medium risk: the document's request is answered with its plan, and confirmed."""
    path = {"workspaceId": live.workspace_id, "deploymentName": "worker-app"}
    body = {
        "replicas": 2,
        "reason": "Increased traffic detected",
        "auto_scale_config": {
            "min_replicas": 2,
            "max_replicas": 10,
            "target_cpu_percentage": 70,
            "scale_down_delay": "5m",
        },
    }
    return Sent(path, body={**body, **live.plan_of_scaling(path["deploymentName"], body)})


def _autoscale(live: Live) -> Sent:
    """Thresholds below what the default world's application uses."""
    return Sent(
        {"appId": live.applications["background-worker"]},
        body={
            "trigger": "cpu_threshold",
            "current_metrics": {"cpu_percentage": 85.3, "memory_percentage": 67.2, "request_rate": 245.8},
            "scaling_policy": {
                "scale_up_threshold": 4,
                "scale_down_threshold": 1,
                "cooldown_period": "5m",
            },
        },
    )


def _backup(live: Live) -> Sent:
    return Sent(
        {"appId": live.applications["web-app"]},
        body={
            "backup_type": "automated",
            "reason": "pre_deployment_backup",
            "retention_policy": "standard",
            "include_volumes": True,
            "notification_channels": ["slack:#ops"],
        },
    )


def _details(live: Live) -> Sent:
    live.wait_until_measured()
    return Sent({"appId": live.applications["api-service"]})


def _performance(live: Live) -> Sent:
    live.wait_for_requests("web-app")
    return Sent({"appId": live.applications["web-app"]}, {"time_range": "1h", "metrics": "cpu,memory"})


def _incident(live: Live) -> Sent:
    return Sent(
        {"incidentId": live.new_incident()},
        body={
            "action": "auto_remediate",
            "incident_details": {
                "type": "application_failure",
                "severity": "high",
                "affected_applications": [live.applications["database-app"]],
                "symptoms": ["high_error_rate", "pod_crashes"],
            },
            "remediation_strategy": "restart_and_scale",
            "confirmation_required": False,
        },
    )


def _logs(live: Live) -> Sent:
    live.wait_for_logs("error AND (database OR connection)")
    now = datetime.now(UTC).replace(microsecond=0)
    hour = {"start": (now - timedelta(hours=1)).isoformat(), "end": now.isoformat()}
    return Sent(
        body={
            "query": {
                "text": "error AND (database OR connection)",
                "time_range": hour,
                "filters": {
                    "workspace_id": live.workspace_id,
                    "log_level": ["error", "warning"],
                    "components": ["api-service", "database-app"],
                },
            },
            "options": {"limit": 1000, "sort": "timestamp desc", "highlight": True, "aggregate": True},
        }
    )


WORKSPACE = "/internal/v1/workspaces/:workspaceId"
APPLICATION = "/internal/v1/applications/:appId"
AIOPS = "/api/v1/workspaces/:wsId/aiops"

REQUESTS: dict[str, Callable[[Live], Sent]] = {
    f"POST {AIOPS}/sessions": _session,
    f"POST {AIOPS}/chat": _chat,
    "POST /api/v1/ai/chat": _global_chat,
    f"POST {AIOPS}/actions": _action,
    f"GET {AIOPS}/actions/:actionId": _action_status,
    f"GET {AIOPS}/sessions": _sessions,
    f"GET {AIOPS}/sessions/:sessionId/history": _history,
    f"GET {AIOPS}/capabilities": lambda live: Sent({"wsId": live.workspace_id}),
    f"POST {AIOPS}/insights": _insights,
    f"POST {AIOPS}/sessions/:sessionId/end": _end,
    "GET /internal/v1/health": lambda _live: Sent(),
    f"GET {WORKSPACE}/overview": lambda live: Sent({"workspaceId": live.workspace_id}),
    f"POST {WORKSPACE}/insights": _internal_insights,
    f"POST {WORKSPACE}/operations": _operation,
    f"GET {WORKSPACE}/nodes": lambda live: Sent({"workspaceId": live.workspace_id}),
    f"POST {WORKSPACE}/deployments/:deploymentName/scale": _scale,
    f"GET {APPLICATION}/details": _details,
    f"POST {APPLICATION}/autoscale": _autoscale,
    f"POST {APPLICATION}/backup": _backup,
    f"GET {APPLICATION}/performance": _performance,
    "POST /internal/v1/incidents/:incidentId": _incident,
    "POST /internal/v1/logs/query": _logs,
}
"""By `METHOD path`."""
