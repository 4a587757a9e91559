"""What is decided when an object comes in: its namespace exists, quotas hold, derived fields are set."""

from __future__ import annotations

import base64
import random
from typing import Any

from simulator.resources import Resource
from simulator.status import Cause, Forbidden, NotFound, StatusError
from simulator.store import Store
from simulator.world.pods import quality_of_service
from simulator.world.quotas import exceeded_quota

Object = dict[str, Any]
_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
_WITHOUT_STATUS = ("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch",
                   "cronjobs.batch", "horizontalpodautoscalers.autoscaling", "poddisruptionbudgets.policy",
                   "ingresses.networking.k8s.io", "resourcequotas")  # fmt: skip


def check_namespace(store: Store, resource: Resource, namespace: str, name: str) -> None:
    """Refuse to create in a namespace that is not there or on its way out. Raises NotFound, Forbidden."""
    if not resource.namespaced:
        return
    found = store.find("namespaces", "", namespace)
    if found is None:
        raise NotFound("namespaces", namespace)
    if found["metadata"].get("deletionTimestamp"):
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        error = Forbidden(resource.qualified, name, why)
        error.details = {
            **(error.details or {}),
            "causes": [
                {"reason": "NamespaceTerminating", "message": f"namespace {namespace} is being terminated",
                 "field": "metadata.namespace"}
            ],
        }  # fmt: skip
        raise error


def generated_name(prefix: str) -> str:
    """A name from `generateName`."""
    return prefix[:58] + "".join(random.choices(_SUFFIX, k=5))


def prepare_new(store: Store, resource: Resource, obj: Object) -> Object:
    """A new object as prepared by the real server's create strategies."""
    metadata = {
        key: value
        for key, value in obj["metadata"].items()
        if key not in ("uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp", "selfLink",
                       "deletionGracePeriodSeconds", "managedFields")
    }  # fmt: skip
    obj = {**obj, "metadata": metadata}
    if resource.key in _WITHOUT_STATUS:
        obj = {**obj, "status": {}}
    elif resource.key == "pods":
        obj = {**obj, "status": {"phase": "Pending", "qosClass": quality_of_service(obj)}}
    elif resource.key == "persistentvolumeclaims":
        obj = {**obj, "status": {"phase": "Pending"}}
    elif resource.key == "services":
        obj = _with_address(store, obj)
    elif resource.key == "secrets" and obj.get("stringData"):
        obj = _with_string_data(obj)
    elif resource.key == "jobs.batch":
        obj = {**obj, "status": {}}
    return obj


def _with_string_data(obj: Object) -> Object:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in obj["stringData"].items()}
    rest = {key: value for key, value in obj.items() if key != "stringData"}
    return {**rest, "data": {**(obj.get("data") or {}), **data}}


def _with_address(store: Store, obj: Object) -> Object:
    spec = obj.get("spec") or {}
    if spec.get("clusterIP") or spec.get("type") == "ExternalName":
        return obj
    used = {(service.get("spec") or {}).get("clusterIP") for service in store.list("services")}
    address = next(
        candidate
        for candidate in (f"10.96.{high}.{low}" for high in range(256) for low in range(1, 255))
        if candidate not in used and candidate != "10.96.0.1"
    )
    return {**obj, "spec": {**spec, "clusterIP": address, "clusterIPs": [address]}}


def check_quota(store: Store, pod: Object) -> None:
    """Refuse a pod that a ResourceQuota of its namespace has no room for. Raises Forbidden."""
    why = exceeded_quota(store, pod)
    if why is not None:
        raise Forbidden("pods", pod["metadata"].get("name", ""), why)


def too_many(message: str, cause: Cause, *, retry_after: int | None = None) -> StatusError:
    """A refusal that may be tried again."""
    causes = [{"reason": cause.reason, "message": cause.message}]
    return StatusError(429, "TooManyRequests", message, details={"causes": causes}, retry_after=retry_after)
