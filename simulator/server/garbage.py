"""Deletes what a deletion leaves behind: the dependents of owners that are gone.

In the real cluster a controller does that a moment later; here it happens at once, as an answer to the event.
Namespaces are emptied by the world's namespace controller.
"""

from __future__ import annotations

from typing import Any

from simulator.resources import RESOURCES
from simulator.store import Event, Key, Store

Object = dict[str, Any]


class GarbageCollector:
    """Follows a store's events; `close` ends it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._dependents: dict[str, set[Key]] = {}
        for resource in dict.fromkeys(resource.key for resource in RESOURCES):
            for obj in store.list(resource):
                self._index(Key(resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"]), obj)
        self.close = store.subscribe(self._handle)

    def _handle(self, event: Event) -> None:
        if event.previous is not None:
            self._unindex(event.key, event.previous)
        if event.type != "DELETED":
            self._index(event.key, event.object)
            if event.object["metadata"].get("deletionTimestamp"):
                self._handle_leaving(event.key, event.object)
            return
        self._delete_dependents(event.object["metadata"]["uid"])
        self._release_owners(event.object)

    def _index(self, key: Key, obj: Object) -> None:
        for owner in obj["metadata"].get("ownerReferences") or ():
            self._dependents.setdefault(owner["uid"], set()).add(key)

    def _unindex(self, key: Key, obj: Object) -> None:
        for owner in obj["metadata"].get("ownerReferences") or ():
            found = self._dependents.get(owner["uid"])
            if found is not None:
                found.discard(key)
                if not found:
                    del self._dependents[owner["uid"]]

    def _handle_leaving(self, key: Key, obj: Object) -> None:
        finalizers = obj["metadata"].get("finalizers") or ()
        if "orphan" in finalizers:
            self._orphan(obj["metadata"]["uid"])
            self._release(key, "orphan")
        elif "foregroundDeletion" in finalizers:
            self._delete_dependents(obj["metadata"]["uid"])
            if not self._dependents.get(obj["metadata"]["uid"]):
                self._release(key, "foregroundDeletion")

    def _release(self, key: Key, finalizer: str) -> None:
        current = self._store.find(key.resource, key.namespace, key.name)
        if current is None or finalizer not in current["metadata"].get("finalizers", ()):
            return
        finalizers = [item for item in current["metadata"]["finalizers"] if item != finalizer]
        metadata = {**current["metadata"], "finalizers": finalizers}
        if not finalizers:
            del metadata["finalizers"]
        self._store.update(key.resource, {**current, "metadata": metadata})

    def _release_owners(self, obj: Object) -> None:
        """An owner that waits for its dependents may go when the last one has gone."""
        for owner in obj["metadata"].get("ownerReferences") or ():
            if self._dependents.get(owner["uid"]):
                continue
            found = self._find_owner(owner, obj["metadata"].get("namespace", ""))
            if found is not None:
                self._release(found, "foregroundDeletion")

    def _find_owner(self, owner: Object, namespace: str) -> Key | None:
        for resource in RESOURCES:
            if (resource.kind, resource.api_version) == (owner["kind"], owner["apiVersion"]):
                place = namespace if resource.namespaced else ""
                found = self._store.find(resource.key, place, owner["name"])
                if found is not None and found["metadata"]["uid"] == owner["uid"]:
                    return Key(resource.key, place, owner["name"])
        return None

    def _delete_dependents(self, uid: str) -> None:
        for key in sorted(self._dependents.get(uid, ()), key=lambda key: (key.resource, key.namespace, key.name)):
            obj = self._store.find(key.resource, key.namespace, key.name)
            if obj is None or obj["metadata"].get("deletionTimestamp"):
                continue
            others = [owner for owner in obj["metadata"]["ownerReferences"] if owner["uid"] != uid]
            if any(self._find_owner(owner, key.namespace) for owner in others):
                self._store.update(key.resource, {**obj, "metadata": {**obj["metadata"], "ownerReferences": others}})
            else:
                self._delete(key, obj)

    def _orphan(self, uid: str) -> None:
        for key in tuple(self._dependents.get(uid, ())):
            obj = self._store.get(key.resource, key.namespace, key.name)
            others = [owner for owner in obj["metadata"]["ownerReferences"] if owner["uid"] != uid]
            metadata = {**obj["metadata"], "ownerReferences": others}
            if not others:
                del metadata["ownerReferences"]
            self._store.update(key.resource, {**obj, "metadata": metadata})

    def _delete(self, key: Key, obj: Object) -> None:
        grace = 0
        if key.resource == "pods" and (obj.get("spec") or {}).get("nodeName"):
            grace = int(obj["spec"].get("terminationGracePeriodSeconds", 30))
        self._store.delete(key.resource, key.namespace, key.name, grace_seconds=grace)
