"""Event objects as the real parts write them, with repeats counted on one object instead of piling up."""

from __future__ import annotations

from collections.abc import Hashable

from simulator.clock import format_time, parse_time
from simulator.store import Object, Store

EVENT_LIFETIME_SECONDS = 3600.0
"""The API server's own default, counted from the last repeat."""

_SIMILAR_MESSAGES = 10
_SIMILAR_SECONDS = 600.0
"""client-go's own: from the tenth message of a kind within ten minutes on, they are combined."""


class Recorder:
    """Writes events about objects; the same event about the same object grows a count."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: dict[Hashable, tuple[str, str]] = {}
        self._similar: dict[Hashable, tuple[float, set[str]]] = {}
        self._number = 0
        for event in store.list("events"):
            self._names[_identity(event)] = (event["metadata"].get("namespace") or "", event["metadata"]["name"])

    def normal(self, about: Object, reason: str, message: str, *, source: str, host: str = "", field: str = "") -> None:
        """Record something that is as it should be."""
        self._record(about, "Normal", reason, message, (source, host, field))

    def warning(
        self, about: Object, reason: str, message: str, *, source: str, host: str = "", field: str = ""
    ) -> None:
        """Record trouble."""
        self._record(about, "Warning", reason, message, (source, host, field))

    def purge(self) -> None:
        """Delete the events whose lifetime is over."""
        now = self._store.clock.now()
        old = self._store.clock.monotonic() - _SIMILAR_SECONDS
        self._similar = {key: entry for key, entry in self._similar.items() if entry[0] > old}
        for event in self._store.list("events"):
            last = event.get("lastTimestamp") or event["metadata"]["creationTimestamp"]
            if (now - parse_time(last)).total_seconds() > EVENT_LIFETIME_SECONDS:
                metadata = event["metadata"]
                self._store.delete("events", metadata.get("namespace") or "", metadata["name"])
        living = {
            (event["metadata"].get("namespace") or "", event["metadata"]["name"])
            for event in self._store.list("events")
        }
        self._names = {identity: place for identity, place in self._names.items() if place in living}

    def _record(self, about: Object, kind: str, reason: str, message: str, origin: tuple[str, str, str]) -> None:
        source, host, field = origin
        now = self._store.clock.now()
        event = self._event(about, kind, reason, message, field)
        event["source"] = {"component": source, "host": host} if host else {"component": source}
        event["reportingComponent"], event["reportingInstance"] = source, host
        identity = self._combined(event)
        place = self._names.get(identity)
        earlier = self._store.find("events", *place) if place else None
        if earlier is not None:
            repeated = {"count": earlier.get("count", 1) + 1, "lastTimestamp": format_time(now)}
            self._store.update("events", {**earlier, **repeated, "message": event["message"]})
            return
        self._number += 1
        metadata = about["metadata"]
        stamp = int(now.timestamp() * 1e9) + self._number
        name = f"{metadata['name']}.{stamp:x}"
        event["metadata"] = {"name": name, "namespace": metadata.get("namespace") or "default"}
        event.update({"firstTimestamp": format_time(now), "lastTimestamp": format_time(now), "count": 1})
        created = self._store.create("events", event)
        self._names[identity] = (created["metadata"]["namespace"], name)

    def _combined(self, event: Object) -> Hashable:
        """What the event is counted under; many that differ in their message alone become one, as in a real cluster."""
        key = _identity({**event, "message": ""})
        now = self._store.clock.monotonic()
        since, messages = self._similar.get(key, (now, set()))
        if now - since > _SIMILAR_SECONDS:
            messages = set()
        messages.add(event["message"])
        self._similar[key] = (now, messages)
        if len(messages) < _SIMILAR_MESSAGES:
            return _identity(event)
        messages.pop()
        event["message"] = f"(combined from similar events): {event['message']}"
        return key

    @staticmethod
    def _event(about: Object, kind: str, reason: str, message: str, field: str) -> Object:
        metadata = about["metadata"]
        involved = {
            "kind": about["kind"],
            "namespace": metadata.get("namespace"),
            "name": metadata["name"],
            "uid": metadata["uid"],
            "apiVersion": about["apiVersion"],
            "resourceVersion": metadata.get("resourceVersion"),
            "fieldPath": field or None,
        }
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "involvedObject": {name: value for name, value in involved.items() if value is not None},
            "type": kind,
            "reason": reason,
            "message": message,
            "eventTime": None,
        }


def _identity(event: Object) -> Hashable:
    involved = event.get("involvedObject") or {}
    return (
        involved.get("uid"),
        involved.get("fieldPath"),
        event.get("type"),
        event.get("reason"),
        event.get("message"),
        (event.get("source") or {}).get("component"),
    )
