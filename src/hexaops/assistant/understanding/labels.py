"""What the ranker's labels mean: the names of the training files → the words of the API."""

from __future__ import annotations

from collections.abc import Mapping

from hexaops.assistant.understanding.intents import Intent

INTENT_OF: Mapping[str, Intent] = {
    "status_overview": Intent.STATUS_QUERY,
    "list_resources": Intent.LIST_RESOURCES,
    "usage_now": Intent.USAGE_QUERY,
    "high_usage_cause": Intent.HIGH_USAGE,
    "pod_status": Intent.POD_STATUS,
    "node_status": Intent.NODE_STATUS,
    "list_alerts": Intent.ALERT_QUERY,
    "events": Intent.EVENT_QUERY,
    "recent_changes": Intent.CHANGE_HISTORY,
    "view_logs": Intent.LOG_QUERY,
    "diagnose_failure": Intent.DIAGNOSE,
    "root_cause": Intent.ROOT_CAUSE,
    "perf_slow": Intent.PERFORMANCE_ANALYSIS,
    "anomaly": Intent.ANOMALY_QUERY,
    "forecast": Intent.FORECAST_QUERY,
    "cost_total": Intent.COST_ANALYSIS,
    "cost_breakdown": Intent.COST_BREAKDOWN,
    "cost_optimize": Intent.COST_OPTIMIZATION,
    "optimize_resources": Intent.OPTIMIZATION,
    "security": Intent.SECURITY_QUERY,
    "connectivity": Intent.CONNECTIVITY,
    "collect_diagnostics": Intent.DIAGNOSTICS,
    "action_status": Intent.ACTION_STATUS,
    "restart_app": Intent.RESTART_APPLICATION,
    "restart_failing": Intent.RESTART_FAILING,
    "scale_app": Intent.SCALE_APPLICATION,
    "start_app": Intent.START_APPLICATION,
    "stop_app": Intent.STOP_APPLICATION,
    "rollback_app": Intent.ROLLBACK_APPLICATION,
    "undo_change": Intent.ROLLBACK_ACTION,
    "update_config": Intent.CONFIG_UPDATE,
    "configure_autoscaling": Intent.AUTOSCALING,
    "update_quota": Intent.UPDATE_QUOTA,
    "create_alert": Intent.ALERT_CREATE,
    "ack_alert": Intent.ALERT_ACKNOWLEDGE,
    "create_dashboard": Intent.DASHBOARD_CREATE,
    "backup": Intent.BACKUP,
    "delete_app": Intent.DELETE_APPLICATION,
    "node_maintenance": Intent.NODE_MAINTENANCE,
    "workspace_guide": Intent.WORKSPACE_GUIDE,
    "help": Intent.HELP,
    "talk": Intent.GREETING,
    "oos": Intent.OUT_OF_SCOPE,
}
"""`talk` covers greetings, thanks, goodbye, yes and no: the grammar tells them apart."""
LABEL_OF: Mapping[Intent, str] = {
    **{intent: label for label, intent in INTENT_OF.items()},
    Intent.CANCEL_ACTION: "undo_change",
    Intent.DEPLOY_APPLICATION: "update_config",
    Intent.THANKS: "talk",
    Intent.GOODBYE: "talk",
    Intent.CONFIRM: "talk",
    Intent.DENY: "talk",
}
