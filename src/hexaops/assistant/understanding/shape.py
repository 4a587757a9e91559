"""The API's words for what was understood (`resource_type`, `scope`), and what a change still lacks."""

from __future__ import annotations

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent
from hexaops.assistant.understanding.model import Understanding

_RESOURCES = {
    Intent.POD_STATUS: "pods",
    Intent.NODE_STATUS: "nodes",
    Intent.NODE_MAINTENANCE: "nodes",
    Intent.ALERT_QUERY: "alerts",
    Intent.ALERT_CREATE: "alerts",
    Intent.ALERT_ACKNOWLEDGE: "alerts",
    Intent.ACTION_STATUS: "actions",
    Intent.CANCEL_ACTION: "actions",
    Intent.ROLLBACK_ACTION: "actions",
    Intent.LOG_QUERY: "logs",
    Intent.WORKSPACE_GUIDE: "workspace",
    Intent.RESTART_FAILING: "pods",
}
_NONE = frozenset(
    {
        Intent.CONFIRM,
        Intent.DENY,
        Intent.HELP,
        Intent.GREETING,
        Intent.THANKS,
        Intent.GOODBYE,
        Intent.OUT_OF_SCOPE,
        Intent.UNCLEAR,
    }
)
_LISTING = frozenset({"show", "how_many", "number_noun", "platform", "workspace", "everything"})
_NEEDS_TARGET = frozenset(
    {Intent.RESTART_APPLICATION, Intent.SCALE_APPLICATION, Intent.START_APPLICATION, Intent.STOP_APPLICATION}
)


def resource_and_scope(understanding: Understanding) -> tuple[str, str]:
    """`("applications", "workspace")` and its kind."""
    if understanding.intent in _NONE:
        return "none", "none"
    resource = understanding.resource_type if understanding.resource_type != "none" else ""
    resource = resource or _RESOURCES.get(understanding.intent, "applications")
    if understanding.targets:
        kind = understanding.targets[0].entity.kind
        return ("pods" if kind == "pod" else resource), kind
    if understanding.parameters.namespace:
        return resource, "project"
    return resource, "application" if understanding.ambiguous or understanding.unknown_names else "workspace"


def asks_for_projects(clause: Clause) -> bool:
    """ "which projects do I have", "list namespaces": the projects themselves, not what is in them or how it is."""
    said = [item for item in clause.items if item.says_platform]
    listed = [item for item in said if "project" in item.tags]
    return bool(listed) and all(item in listed or item.tags & _LISTING for item in said)


def missing_of(understanding: Understanding) -> tuple[str, ...]:
    """What has to be asked before a plan can be made; names that are ambiguous or unknown are asked for themselves."""
    if understanding.left and understanding.intent is Intent.RESTART_FAILING:
        return ("meaning",)
    if understanding.intent not in _NEEDS_TARGET or understanding.intent not in CHANGE_INTENTS:
        return ()
    missing: list[str] = ["meaning"] if understanding.left else []
    named = understanding.targets or understanding.ambiguous or understanding.unknown_names
    if not named and not understanding.parameters.everything:
        missing.append("application")
    said = understanding.parameters
    has_count = said.replicas is not None or said.replicas_delta is not None or said.replicas_factor is not None
    if understanding.intent is Intent.SCALE_APPLICATION and not has_count:
        missing.append("replicas")
    return tuple(missing)
