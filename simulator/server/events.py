"""Events in their two forms: stored as core/v1, served as events.k8s.io/v1 too, under other field names."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

_RENAMED = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
_BACK = {new: old for old, new in _RENAMED.items()}


def to_events_group(obj: Object) -> Object:
    """A stored event as events.k8s.io/v1."""
    converted = {_RENAMED.get(key, key): value for key, value in obj.items()}
    return {**converted, "apiVersion": "events.k8s.io/v1", "eventTime": obj.get("eventTime")}


def to_core(obj: Object) -> Object:
    """An event of events.k8s.io/v1 as it is stored."""
    return {**{_BACK.get(key, key): value for key, value in obj.items()}, "apiVersion": "v1"}
