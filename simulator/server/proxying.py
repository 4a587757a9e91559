"""The proxy subresources, as far as measurements go: a kubelet's metrics, and those of a pod that shows its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import Response

from simulator.server import exposition
from simulator.server.call import Call
from simulator.server.sources import Meters
from simulator.status import NotFound, StatusError
from simulator.store import Store

Object = dict[str, Any]
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_KUBELET_PORT = 10250


@dataclass(frozen=True)
class Proxy:
    """Answers for the kubelets and the programs of one store's pods."""

    store: Store
    meters: Meters

    def get(self, call: Call) -> Response:
        """What a node or a pod answers. Raises StatusError."""
        place = call.place
        path = call.request.url.path.partition(f"/{place.name}/proxy")[2]
        name, _, port = place.name.partition(":")
        if place.plural == "nodes":
            return self._of_kubelet(name, path)
        if place.plural == "pods":
            return self._of_pod(place.namespace, name, int(port) if port.isdecimal() else None, path)
        message = f"the simulator does not proxy to {place.plural}"
        raise StatusError(501, "NotImplemented", message, details={})

    def _of_kubelet(self, name: str, path: str) -> Response:
        node = self.store.find("nodes", "", name)
        if node is None:
            raise NotFound("nodes", name)
        if not _is_ready(node):
            address = node["status"]["addresses"][0]["address"]
            raise _unreachable(f"{address}:{_KUBELET_PORT}")
        running = [(pod, meter) for pod in self.meters.on_node(name) if (meter := self.meters.read(pod)) is not None]
        now = self.store.clock.now()
        match path:
            case "/metrics/resource":
                return Response(exposition.resource_metrics(running, now), media_type=_TEXT)
            case "/metrics/cadvisor":
                return Response(exposition.container_metrics(running, now), media_type=_TEXT)
            case "/stats/summary":
                found = exposition.summary(node, running, now)
                return Response(msgspec.json.encode(found), media_type="application/json")
        return Response(b"404 page not found\n", status_code=404, media_type="text/plain")

    def _of_pod(self, namespace: str, name: str, port: int | None, path: str) -> Response:
        pod = self.store.find("pods", namespace, name)
        if pod is None:
            raise NotFound("pods", name)
        meter = self.meters.read(pod)
        ports = [entry["containerPort"] for entry in pod["spec"]["containers"][0].get("ports") or ()]
        if meter is None or not meter.serves_http or (port if port is not None else 80) not in ports:
            raise _unreachable(f"{(pod.get('status') or {}).get('podIP', '')}:{port or 80}")
        if path != "/metrics":
            return Response(b"not found\n", status_code=404, media_type="text/plain")
        return Response(exposition.program_metrics(meter), media_type=_TEXT)


def _is_ready(node: Object) -> bool:
    conditions = (node.get("status") or {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _unreachable(address: str) -> StatusError:
    message = f"error trying to reach service: dial tcp {address}: connect: connection refused"
    return StatusError(503, "ServiceUnavailable", message, details={})
