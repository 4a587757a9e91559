"""Endpoints and EndpointSlices: which pods stand behind each Service.

A pod that is on its way out stays in the slice as terminating and not ready until it is gone, and leaves the older
Endpoints object at once, as in a real cluster.
"""

from __future__ import annotations

from typing import Any

from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper, controller_key
from simulator.world.objects import (
    controller_of,
    is_finished,
    is_ready,
    is_terminating,
    labels_of,
    owner_reference,
)
from simulator.world.selectors import includes

_SERVICES = "services"
_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE_LABEL = "kubernetes.io/service-name"
_MANAGER = "endpointslice-controller.k8s.io"
_SLICE_SIZE = 100
_SHOWN = ("podIP",)


class Endpoints:
    """The endpoints and endpointslice controllers."""

    name = "endpoints"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Services, the pods that they select, and slices that someone else changed."""
        return {
            _SERVICES: lambda event: (event.key,),
            "pods": self._selecting,
            _SLICES: controller_key(_SERVICES, "Service"),
        }

    def _selecting(self, event: Event) -> list[Key]:
        before, after = event.previous, event.object
        if before is not None and event.type == "MODIFIED" and _shown(before) == _shown(after):
            return []
        labels = [labels_of(pod) for pod in (before, after) if pod is not None]
        return [
            Key(_SERVICES, event.key.namespace, service["metadata"]["name"])
            for service in self._cluster.store.list(_SERVICES, event.key.namespace)
            if any(includes(service["spec"].get("selector"), found) for found in labels)
        ]

    def reconcile(self, key: Key) -> None:
        """Write the current endpoints of a Service."""
        service = self._cluster.store.find(_SERVICES, key.namespace, key.name)
        if service is None:
            if self._cluster.store.find("endpoints", key.namespace, key.name) is not None:
                self._cluster.store.delete("endpoints", key.namespace, key.name)
            return
        if is_terminating(service) or not service["spec"].get("selector"):
            return
        pods = [
            pod
            for pod in self._cluster.store.list("pods", key.namespace)
            if includes(service["spec"]["selector"], labels_of(pod))
            and not is_finished(pod)
            and (pod.get("status") or {}).get("podIP")
        ]
        ports = _ports(service, pods)
        self._write_slices(service, pods, ports)
        self._write_endpoints(service, pods, ports)

    def _write_slices(self, service: Object, pods: list[Object], ports: list[dict[str, Any]]) -> None:
        namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
        owned = [
            found
            for found in self._cluster.store.list(_SLICES, namespace)
            if (controller_of(found) or {}).get("uid") == service["metadata"]["uid"]
        ]
        chunks = [pods[start : start + _SLICE_SIZE] for start in range(0, len(pods), _SLICE_SIZE)] or [[]]
        for number, chunk in enumerate(chunks):
            endpoints = [self._endpoint(service, pod) for pod in chunk]
            if number < len(owned):
                changed = {**owned[number], "endpoints": endpoints or None, "ports": ports}
                if not endpoints:
                    changed["endpoints"] = []
                grows = changed != owned[number]
                self._cluster.store.update(_SLICES, changed, bump_generation=grows)
                continue
            prefix = f"{name}-"
            metadata = {
                "name": prefix + self._cluster.names.ending(prefix),
                "generateName": prefix,
                "namespace": namespace,
                "labels": {
                    **labels_of(service),
                    _SERVICE_LABEL: name,
                    "endpointslice.kubernetes.io/managed-by": _MANAGER,
                },
                "ownerReferences": [owner_reference(service)],
            }
            self._cluster.store.create(
                _SLICES, {"metadata": metadata, "addressType": "IPv4", "endpoints": endpoints, "ports": ports}
            )
        for spare in owned[len(chunks) :]:
            self._cluster.store.delete(_SLICES, namespace, spare["metadata"]["name"])

    def _endpoint(self, service: Object, pod: Object) -> dict[str, Any]:
        ready, leaving = is_ready(pod), is_terminating(pod)
        always = bool(service["spec"].get("publishNotReadyAddresses"))
        node = self._cluster.store.find("nodes", "", pod["spec"].get("nodeName") or "")
        zone = labels_of(node).get("topology.kubernetes.io/zone") if node else None
        endpoint = {
            "addresses": [pod["status"]["podIP"]],
            "conditions": {"ready": always or (ready and not leaving), "serving": ready, "terminating": leaving},
            "targetRef": _reference(pod),
            "nodeName": pod["spec"].get("nodeName"),
        }
        if zone:
            endpoint["zone"] = zone
        return endpoint

    def _write_endpoints(self, service: Object, pods: list[Object], ports: list[dict[str, Any]]) -> None:
        metadata = service["metadata"]
        staying = [pod for pod in pods if not is_terminating(pod)]
        subset: dict[str, Any] = {}
        for field, wanted in (("addresses", True), ("notReadyAddresses", False)):
            found = [_address(pod) for pod in staying if is_ready(pod) == wanted]
            if found:
                subset[field] = found
        named = [{name: value for name, value in port.items() if value != ""} for port in ports]
        subsets = [{**subset, "ports": named}] if subset else []
        old = self._cluster.store.find("endpoints", metadata["namespace"], metadata["name"])
        if old is not None:
            self._cluster.store.update("endpoints", {**old, "subsets": subsets})
            return
        labels = {**labels_of(service), "endpoints.kubernetes.io/managed-by": "endpoint-controller"}
        placed = {"name": metadata["name"], "namespace": metadata["namespace"], "labels": labels}
        self._cluster.store.create("endpoints", {"metadata": placed, "subsets": subsets})


def _shown(pod: Object) -> tuple[Any, ...]:
    """The endpoint of a pod."""
    status = pod.get("status") or {}
    return (
        is_ready(pod),
        is_terminating(pod),
        is_finished(pod),
        labels_of(pod),
        *(status.get(name) for name in _SHOWN),
    )


def _reference(pod: Object) -> dict[str, str]:
    metadata = pod["metadata"]
    return {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}


def _address(pod: Object) -> dict[str, Any]:
    return {"ip": pod["status"]["podIP"], "nodeName": pod["spec"].get("nodeName"), "targetRef": _reference(pod)}


def _ports(service: Object, pods: list[Object]) -> list[dict[str, Any]]:
    result = []
    for port in service["spec"].get("ports") or ():
        target = port.get("targetPort", port["port"])
        if isinstance(target, str):
            target = _named_port(target, pods) or port["port"]
        entry = {"name": port.get("name", ""), "port": target, "protocol": port.get("protocol", "TCP")}
        if port.get("appProtocol"):
            entry["appProtocol"] = port["appProtocol"]
        result.append(entry)
    return result


def _named_port(name: str, pods: list[Object]) -> int | None:
    for pod in pods:
        for container in pod["spec"]["containers"]:
            for port in container.get("ports") or ():
                if port.get("name") == name:
                    return int(port["containerPort"])
    return None
