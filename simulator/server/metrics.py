"""metrics.k8s.io: what pods and nodes use, in the form of the metrics-server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import Response

from hexaops.kit.quantities import parse_quantity
from simulator.clock import format_time
from simulator.resources import Resource, find_resource
from simulator.server.call import Call, not_allowed, not_served
from simulator.server.listing import parse_selection
from simulator.server.negotiation import answer, answer_object, negotiate
from simulator.server.sources import Usage
from simulator.server.tables.render import partial
from simulator.status import NotFound
from simulator.store import Store

Object = dict[str, Any]
GROUP, VERSION = "metrics.k8s.io", "v1beta1"
KINDS = {"nodes": ("NodeMetrics", False), "pods": ("PodMetrics", True)}
"""Plural → kind and whether it is namespaced."""
_WINDOW = "15.000s"


@dataclass(frozen=True)
class MetricsReader:
    """Metrics of one store's pods and nodes."""

    store: Store
    usage: Usage | None

    async def read(self, call: Call) -> Response:
        """One object's metrics, or a list."""
        place = call.place
        if place.plural not in KINDS or place.subresource:
            raise not_served()
        if call.request.method != "GET":
            raise not_allowed()
        resource = find_resource(place.plural)
        if resource is None:
            raise not_served()
        items = list(self._items(call, resource))
        if not place.name:
            return await self._answer_list(call, items)
        if not items:
            raise NotFound(place.plural if place.plural == "pods" else "nodes", place.name)
        typed = {"kind": KINDS[place.plural][0], "apiVersion": f"{GROUP}/{VERSION}", **items[0]}
        if negotiate(call.request.headers.get("accept", ""), collection=False) == "table":
            return await answer(call.request, _table([typed]))
        return await answer_object(call.request, typed)

    async def _answer_list(self, call: Call, items: list[Object]) -> Response:
        kind = KINDS[call.place.plural][0]
        if negotiate(call.request.headers.get("accept", ""), collection=True) == "table":
            return await answer(call.request, _table(items))
        found = {"kind": f"{kind}List", "apiVersion": f"{GROUP}/{VERSION}", "metadata": {}, "items": items}
        return await answer_object(call.request, found)

    def _items(self, call: Call, resource: Resource) -> Iterator[Object]:
        selection = parse_selection(call.query, resource, call.place.namespace, call.place.name)
        for obj in self.store.list(resource.key, selection.namespace):
            if selection.matches(obj):
                found = self._node(obj) if resource.key == "nodes" else self._pod(obj)
                if found is not None:
                    yield found

    def _node(self, node: Object) -> Object | None:
        used = self.usage.node(node["metadata"]["name"]) if self.usage else None
        return None if used is None else {**self._head(node), "usage": _usage(*used)}

    def _pod(self, pod: Object) -> Object | None:
        if (pod.get("status") or {}).get("phase") != "Running" or self.usage is None:
            return None
        used = self.usage.pod(pod)
        if used is None:
            return None
        containers = pod["spec"]["containers"]
        shares = [_weight(container, "cpu") for container in containers]
        sizes = [_weight(container, "memory") for container in containers]
        return {
            **self._head(pod),
            "containers": [
                {
                    "name": container["name"],
                    "usage": _usage(used[0] * share / sum(shares), used[1] * size / sum(sizes)),
                }
                for container, share, size in zip(containers, shares, sizes, strict=True)
            ],
        }

    def _head(self, obj: Object) -> Object:
        metadata = obj["metadata"]
        now = format_time(self.store.clock.now())
        kept = {key: metadata[key] for key in ("name", "namespace", "labels") if metadata.get(key)}
        return {"metadata": {**kept, "creationTimestamp": now}, "timestamp": now, "window": _WINDOW}


def _weight(container: Object, name: str) -> float:
    """How much of its pod's usage is a container's: by what it requests."""
    requests = (container.get("resources") or {}).get("requests") or {}
    return parse_quantity(requests[name]) if requests.get(name) else 1e-9


def _usage(cores: float, size_bytes: float) -> Object:
    return {"cpu": f"{round(cores * 1e9)}n", "memory": f"{round(size_bytes / 1024)}Ki"}


def _table(items: list[Object]) -> bytes:
    columns = (("Name", "string", "name"), ("cpu", "string", "quantity"), ("memory", "string", "quantity"),
               ("Window", "string", "duration"))  # fmt: skip
    rows = []
    for item in items:
        usages = [part["usage"] for part in item.get("containers") or [item]]
        cores = sum(int(usage["cpu"][:-1]) for usage in usages)
        size = sum(int(usage["memory"][:-2]) for usage in usages)
        cells = [item["metadata"]["name"], f"{cores}n", f"{size}Ki", item["window"]]
        rows.append({"cells": cells, "object": partial(item)})
    return msgspec.json.encode(
        {
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": {},
            "columnDefinitions": [
                {"name": name, "type": kind, "format": form, "description": "", "priority": 0}
                for name, kind, form in columns
            ],
            "rows": rows,
        }
    )
