"""What can be asked for or about: all intents but small talk and what is not clear, which name these."""

from __future__ import annotations

from hexaops.assistant.intents import (
    about_changes,
    action_status,
    alert_changes,
    alert_query,
    anomaly_query,
    application_changes,
    backup,
    checks,
    cost,
    dashboard_create,
    diagnose,
    elsewhere,
    forecast_query,
    high_usage,
    history,
    list_resources,
    log_query,
    node_status,
    performance_analysis,
    pod_status,
    security_query,
    settings,
    status_query,
    undoing,
    usage_query,
    workspace_guide,
)
from hexaops.assistant.intents.spec import IntentSpec, Topic

ASKABLE: tuple[IntentSpec, ...] = (
    status_query.SPEC,
    pod_status.SPEC,
    node_status.SPEC,
    list_resources.SPEC,
    usage_query.SPEC,
    high_usage.SPEC,
    alert_query.SPEC,
    diagnose.DIAGNOSE,
    diagnose.ROOT_CAUSE,
    log_query.SPEC,
    history.EVENTS,
    history.CHANGES,
    performance_analysis.SPEC,
    anomaly_query.SPEC,
    forecast_query.SPEC,
    security_query.SPEC,
    cost.TOTAL,
    cost.BREAKDOWN,
    cost.SAVINGS,
    cost.SIZES,
    checks.HEALTH,
    checks.CONNECTION,
    backup.SPEC,
    workspace_guide.SPEC,
    dashboard_create.SPEC,
    action_status.SPEC,
    application_changes.RESTART,
    application_changes.RESTART_FAILING,
    application_changes.SCALE,
    application_changes.START,
    application_changes.STOP,
    settings.CONFIGURATION,
    settings.REVISION,
    settings.AUTOSCALING,
    settings.QUOTA,
    alert_changes.CREATE,
    alert_changes.ACKNOWLEDGE,
    elsewhere.DEPLOY,
    elsewhere.DELETE,
    elsewhere.NODES,
    undoing.CANCEL,
    undoing.UNDO,
    about_changes.CONFIRM,
    about_changes.DENY,
    about_changes.QUESTION,
    about_changes.NO_ACTION,
)
"""In the order of the help and of the reference page."""


def _line(topic: Topic) -> str:
    offered = [spec.offered for spec in ASKABLE if spec.offered is not None and spec.offered.topic is topic]
    return f"- {topic}: {', '.join(f'“{sentence}”' for one in offered for sentence in one.sentences)}"


ABILITIES = tuple(_line(topic) for topic in Topic if topic is not Topic.CHANGES)
"""Lines of the help: what anybody can ask."""
CHANGES = _line(Topic.CHANGES)
"""What only those can ask who may plan changes."""
