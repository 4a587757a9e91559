"""Which parts of a workspace's snapshot belong to one application's bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hexaops.analysis.applications.model import Application
from hexaops.features.applications.service import Related
from hexaops.features.diagnosis.views import SnapshotView

ALWAYS = frozenset({"NetworkPolicy", "ResourceQuota", "LimitRange"})
"""Rules of a project, which hold for whatever runs in it."""


def objects_of(recorded: SnapshotView, application: Application, related: Related) -> dict[str, Any]:
    """Objects, events, log lines and use of the application, from a snapshot that holds no secrets."""
    names = _names(application, related)
    pods = {f"{pod.namespace}/{pod.name}" for pod in application.pods}
    return {
        "taken_at": recorded.now,
        "objects": [one for one in recorded.objects if _belongs(one, application.project, names)],
        "logs": {key: lines for key, lines in recorded.logs.items() if _pod_of(key) in pods},
        "metrics": {key: figures for key, figures in recorded.metrics.items() if _pod_of(key) in pods},
        "unread": recorded.unread,
    }


def _names(application: Application, related: Related) -> Mapping[str, frozenset[str]]:
    nodes = {pod.node for pod in application.pods if pod.node}
    return {
        application.kind: frozenset({application.name}),
        "Pod": frozenset(pod.name for pod in application.pods),
        "Service": frozenset(related.services),
        "EndpointSlice": frozenset(related.services),
        "Ingress": frozenset(related.ingresses),
        "HorizontalPodAutoscaler": frozenset(related.autoscalers),
        "PodDisruptionBudget": frozenset(related.disruption_budgets),
        "PersistentVolumeClaim": frozenset(related.volume_claims),
        "Node": frozenset(nodes),
    }


def _belongs(raw: Mapping[str, Any], project: str, names: Mapping[str, frozenset[str]]) -> bool:
    kind, metadata = str(raw.get("kind")), raw.get("metadata") or {}
    name, namespace = str(metadata.get("name")), metadata.get("namespace") or ""
    if kind == "Node":
        return name in names["Node"]
    if namespace != project:
        return False
    if kind == "Event":
        about = raw.get("involvedObject") or raw.get("regarding") or {}
        return about.get("name") in names.get(str(about.get("kind")), frozenset())
    if kind == "EndpointSlice":
        return (metadata.get("labels") or {}).get("kubernetes.io/service-name") in names["Service"]
    owners = [(one.get("kind"), one.get("name")) for one in metadata.get("ownerReferences") or ()]
    owned = any(other in names.get(str(owner), frozenset()) for owner, other in owners)
    return kind in ALWAYS or name in names.get(kind, frozenset()) or owned


def _pod_of(key: str) -> str:
    return "/".join(key.split("/")[:2])
