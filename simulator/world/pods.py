"""Making and removing pods as controllers do: from a template, with what the API server fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.store import Object
from simulator.world.cluster import Cluster, Names
from simulator.world.objects import owner_reference
from simulator.world.quotas import exceeded_quota

DEFAULT_GRACE_SECONDS = 30
_WAITS_FOR_NODE_SECONDS = 300
_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 the path of a mount


class PodRefused(Exception):  # noqa: N818 it says what happened, as the API's own reasons do
    """A quota does not allow another pod; the message is the real server's."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a controller's events say of a created pod, and of one that was refused (`{}` is why)."""

    success: str
    failure: str


def create_pod(
    cluster: Cluster, owner: Object, template: Object, *, name: str = "", labels: dict[str, str] | None = None,
    spec: dict[str, Any] | None = None, source: str, words: Words | None = None
) -> Object:  # fmt: skip
    """Create a pod of `owner` from a template, under a generated name unless one is given, and record it.

    Raises PodRefused when a quota stands against it.
    """
    namespace = owner["metadata"]["namespace"]
    prefix = f"{owner['metadata']['name']}-"
    name = name or prefix + cluster.names.ending(prefix)
    pod = complete_pod(cluster.names, template, namespace=namespace, name=name, spec=spec or {})
    pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), **(labels or {})}
    pod["metadata"]["uid"] = cluster.names.uid()
    pod["metadata"]["ownerReferences"] = [owner_reference(owner)]
    if name.startswith(prefix) and "hostname" not in pod["spec"]:
        pod["metadata"]["generateName"] = prefix
    refusal = exceeded_quota(cluster.store, pod)
    if refusal is not None:
        message = f'pods "{name}" is forbidden: {refusal}'
        told = (words or Words("", "Error creating: {}")).failure.format(message)
        cluster.recorder.warning(owner, "FailedCreate", told, source=source)
        raise PodRefused(message)
    created = cluster.store.create("pods", pod)
    told = words.success if words else f"Created pod: {name}"
    cluster.recorder.normal(owner, "SuccessfulCreate", told, source=source)
    return created


def delete_pod(cluster: Cluster, owner: Object, pod: Object, *, source: str, message: str = "") -> None:
    """Ask for a pod to end and record it."""
    remove_pod(cluster, pod)
    told = message or f"Deleted pod: {pod['metadata']['name']}"
    cluster.recorder.normal(owner, "SuccessfulDelete", told, source=source)


def remove_pod(cluster: Cluster, pod: Object) -> None:
    """Ask for a pod to end: with its grace period when it is on a node, else at once."""
    metadata, spec = pod["metadata"], pod["spec"]
    grace = spec.get("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS) if spec.get("nodeName") else 0
    cluster.store.delete("pods", metadata["namespace"], metadata["name"], uid=metadata["uid"], grace_seconds=grace)


def complete_pod(names: Names, template: Object, *, namespace: str, name: str, spec: dict[str, Any]) -> Object:
    """A pod with the defaults that the API server and its admission fill in; not stored."""
    metadata = dict(template.get("metadata") or {})
    metadata.pop("creationTimestamp", None)
    metadata.update({"name": name, "namespace": namespace})
    full = {**(template.get("spec") or {}), **spec}
    full.setdefault("restartPolicy", "Always")
    full.setdefault("dnsPolicy", "ClusterFirst")
    full.setdefault("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS)
    full.setdefault("securityContext", {})
    full.setdefault("schedulerName", "default-scheduler")
    account = full.setdefault("serviceAccountName", "default")
    full.setdefault("serviceAccount", account)
    full.setdefault("enableServiceLinks", True)
    full.setdefault("preemptionPolicy", "PreemptLowerPriority")
    full.setdefault("priority", 0)
    full["tolerations"] = _tolerations(full.get("tolerations") or [])
    volume = f"kube-api-access-{names.ending()}"
    full["volumes"] = [*(full.get("volumes") or []), _token_volume(volume)]
    mount = {"name": volume, "readOnly": True, "mountPath": _TOKEN_PATH}
    full["containers"] = [_container(container, mount) for container in full.get("containers") or ()]
    if full.get("initContainers"):
        full["initContainers"] = [_container(container, mount) for container in full["initContainers"]]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": full}
    return {**pod, "status": {"phase": "Pending", "qosClass": quality_of_service(pod)}}


def quality_of_service(pod: Object) -> str:
    """Guaranteed, Burstable or BestEffort, by the rules of the API."""
    asked = limited = equal = True
    anything = False
    for container in pod["spec"].get("containers") or ():
        resources = container.get("resources") or {}
        requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
        anything = anything or bool(requests) or bool(limits)
        for name in ("cpu", "memory"):
            asked = asked and (name in requests or name in limits)
            limited = limited and name in limits
            equal = equal and requests.get(name, limits.get(name)) == limits.get(name)
    if not anything:
        return "BestEffort"
    return "Guaranteed" if asked and limited and equal else "Burstable"


def _tolerations(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = list(given)
    for taint in ("not-ready", "unreachable"):
        key = f"node.kubernetes.io/{taint}"
        if not any(toleration.get("key") in (key, None) for toleration in given):
            result.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": _WAITS_FOR_NODE_SECONDS,
                }
            )
    return result


def _container(container: dict[str, Any], mount: dict[str, Any]) -> dict[str, Any]:
    full = {
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        **container,
    }
    image = full.get("image", "")
    latest = ":" not in image.rsplit("/", 1)[-1] or image.endswith(":latest")
    full.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
    full["volumeMounts"] = [*(full.get("volumeMounts") or []), mount]
    return full


def _token_volume(name: str) -> dict[str, Any]:
    field = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    authority = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": authority},
        {"downwardAPI": {"items": [field]}},
    ]
    return {"name": name, "projected": {"sources": sources, "defaultMode": 420}}
