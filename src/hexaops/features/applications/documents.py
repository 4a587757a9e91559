"""Applications as the API shows them. Texts of the cluster are made plain here: no controls, no escapes, capped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application, PodProblem
from hexaops.analysis.applications.usage import Resource, Share
from hexaops.backends.kubernetes.rows import EventRow
from hexaops.features.applications.service import Related
from hexaops.kit.durations import format_time
from hexaops.kit.quantities import format_bytes, format_cpu
from hexaops.kit.text import plain

NAME_LIMIT = 253
TEXT_LIMIT = 300
EVENTS_SHOWN = 20


def moment(seconds: float | None) -> str | None:
    """RFC 3339 of seconds since 1970."""
    return None if seconds is None else format_time(datetime.fromtimestamp(seconds, UTC))


def listed(application: Application, usage: Mapping[Resource, Share]) -> dict[str, Any]:
    """One entry of the list."""
    images = [plain(image, NAME_LIMIT) for image in application.workload.images]
    return {
        "id": application.id,
        "name": plain(application.name, NAME_LIMIT),
        "kind": application.kind,
        "project": plain(application.project, NAME_LIMIT),
        "status": application.status,
        "status_reason": application.trouble,
        "replicas": application.replicas,
        "ready_replicas": application.ready,
        "desired_replicas": application.desired,
        "image": images[0] if images else "",
        "images": images,
        "restarts": application.restarts,
        "cpu_usage": usage["cpu"].percent,
        "memory_usage": usage["memory"].percent,
        "created_at": moment(application.workload.created_at),
    }


def detailed(
    application: Application, usage: Mapping[Resource, Share], related: Related, events: list[EventRow]
) -> dict[str, Any]:
    """One application with its pods, problems, related objects and latest warnings."""
    return {
        **listed(application, usage),
        "usage": {"cpu": _usage("cpu", usage["cpu"]), "memory": _usage("memory", usage["memory"])},
        "pods": [
            {
                "name": plain(pod.name, NAME_LIMIT),
                "phase": pod.phase,
                "reason": plain(pod.reason, TEXT_LIMIT),
                "ready": pod.ready,
                "restarts": pod.restarts,
                "node": plain(pod.node, NAME_LIMIT),
                "created_at": moment(pod.created_at),
            }
            for pod in application.pods
        ],
        "problems": [problem_document(problem) for problem in application.problems],
        "services": related.services,
        "ingresses": related.ingresses,
        "autoscalers": related.autoscalers,
        "disruption_budgets": related.disruption_budgets,
        "volume_claims": related.volume_claims,
        "events": [event_document(event) for event in events[:EVENTS_SHOWN]],
    }


def problem_document(problem: PodProblem) -> dict[str, Any]:
    """One pod's problem."""
    return {
        "pod": plain(problem.pod.name, NAME_LIMIT),
        "kind": problem.kind,
        "reason": plain(problem.reason, TEXT_LIMIT),
        "detail": plain(problem.detail, TEXT_LIMIT),
    }


def event_document(event: EventRow) -> dict[str, Any]:
    """One event."""
    return {
        "reason": plain(event.reason, TEXT_LIMIT),
        "message": plain(event.message, TEXT_LIMIT),
        "object": plain(f"{event.involved_kind}/{event.involved_name}", NAME_LIMIT),
        "count": event.count,
        "last_seen": moment(event.last_seen),
    }


def freshness_document(freshness: Freshness) -> dict[str, Any]:
    """How far the rest of the answer can be trusted."""
    return {
        "as_of": format_time(freshness.as_of) if freshness.as_of else None,
        "current": freshness.current,
        "stale": {kind: plain(why, TEXT_LIMIT) for kind, why in freshness.stale.items()},
        "missing": {kind: plain(why, TEXT_LIMIT) for kind, why in freshness.missing.items()},
    }


def usage_reasons(usage: Mapping[Resource, Share], below: str = "") -> dict[str, str]:
    """Why a usage is null, under its path in the answer."""
    return {f"{below}{resource}_usage": share.reason for resource, share in usage.items() if share.reason}


def _usage(resource: Resource, share: Share) -> dict[str, Any]:
    used = None
    if share.used is not None:
        used = format_cpu(share.used) if resource == "cpu" else format_bytes(share.used)
    return {
        "percent": share.percent,
        "of": share.basis,
        "used": used,
        "measured_at": moment(share.measured_at),
        "reason": share.reason,
    }
