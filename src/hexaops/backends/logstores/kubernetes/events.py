"""Kubernetes events as log lines: the reason is their error code; a pod's event belongs to the application."""

from __future__ import annotations

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.rows import EventRow, PodRow
from hexaops.backends.logstores.cleaning import clean_line
from hexaops.backends.logstores.kubernetes.containers import component_of
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine

SOURCE = "kubernetes-event"


def event_line(cluster: Cluster, event: EventRow, workspace_id: str) -> LogLine:
    """The line of an event, at the time when it was last seen."""
    about_pod = event.involved_kind == "Pod"
    pod = cluster.cache.find("Pod", event.involved_namespace, event.involved_name) if about_pod else None
    metadata = {
        "source": SOURCE, "error_code": event.reason, "kind": event.involved_kind, "name": event.involved_name,
        "namespace": event.involved_namespace, "reporter": event.source, "count": event.count,
    }  # fmt: skip
    return clean_line(
        LogLine(
            time_us=round(event.last_seen * MICROSECONDS),
            level="warning" if event.type == "Warning" else "info",
            message=f"{event.reason}: {event.message}",
            component=component_of(cluster, pod) if isinstance(pod, PodRow) else _application(cluster, event),
            pod=event.involved_name if about_pod else "",
            workspace_id=workspace_id,
            metadata=metadata,
        )
    )


def _application(cluster: Cluster, event: EventRow) -> str:
    """The name of what the event is about; of a ReplicaSet, its Deployment's."""
    if event.involved_kind == "ReplicaSet":
        found = cluster.cache.find("ReplicaSet", event.involved_namespace, event.involved_name)
        return (found.owner_name if found is not None else "") or event.involved_name
    return event.involved_name
