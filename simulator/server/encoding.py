"""Objects as JSON bytes, encoded once for every change and shared by lists, watches and gets."""

from __future__ import annotations

from typing import Any

import msgspec

from simulator.resources import Resource
from simulator.server.events import to_events_group
from simulator.store import Event, Store

Object = dict[str, Any]
_TYPE = ("kind", "apiVersion")


class EncodedObjects:
    """The bytes of each object, without kind and apiVersion, since lists leave these out."""

    def __init__(self, store: Store) -> None:
        self._cache: dict[str, tuple[Object, bytes]] = {}
        self._encoder = msgspec.json.Encoder()
        store.subscribe(self._forget)

    def _forget(self, event: Event) -> None:
        if event.type == "DELETED":
            self._cache.pop(event.object["metadata"]["uid"], None)

    def item(self, obj: Object, resource: Resource) -> bytes:
        """An object as an item of a list."""
        if resource.stored_as and resource.stored_as != resource.qualified:
            return self._encode(to_events_group(obj))
        uid = obj["metadata"]["uid"]
        found = self._cache.get(uid)
        # By identity, since the outcome of a dry run has the resourceVersion of what is stored.
        if found is not None and found[0] is obj:
            return found[1]
        content = self._encode(obj)
        self._cache[uid] = (obj, content)
        return content

    def typed(self, obj: Object, resource: Resource) -> bytes:
        """A standalone object, with kind and apiVersion."""
        return typed_prefix(resource.kind, resource.api_version) + self.item(obj, resource)[1:]

    def _encode(self, obj: Object) -> bytes:
        return self._encoder.encode({key: value for key, value in obj.items() if key not in _TYPE})


def typed_prefix(kind: str, api_version: str) -> bytes:
    """The beginning of an object, up to its first other field."""
    return f'{{"kind":"{kind}","apiVersion":"{api_version}",'.encode()
