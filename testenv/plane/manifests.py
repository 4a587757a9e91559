"""One application of a scenario as the Kubernetes objects that it consists of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]
FAULT = "hexaops.dev/fault"
READY_AFTER = "hexaops.dev/ready-after"
STORAGE_CLASS = "standard"
_KINDS = {"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}


def objects(app: Object) -> Iterator[tuple[str, Object]]:
    """Path of the collection and the object, in the order in which they are created."""
    namespace = app["namespace"]
    core = f"/api/v1/namespaces/{namespace}"
    for claim in _claims(app):
        yield "/api/v1/persistentvolumes", _volume(namespace, *claim)
    for name, size in app.get("shared_claims", {}).items():
        yield f"{core}/persistentvolumeclaims", _claim(name, size, ["ReadWriteMany"])
    yield f"/apis/apps/v1/namespaces/{namespace}/{_KINDS[app['kind']]}", _workload(app)
    if app.get("service", True):
        yield f"{core}/services", _service(app)
    if "budget" in app:
        spec = {**app["budget"], "selector": {"matchLabels": {"app": app["name"]}}}
        yield f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets", _named(app, spec, f"{app['name']}-pdb")
    if "autoscaler" in app:
        path = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"
        yield path, _named(app, _autoscaler(app))
    if "ingress" in app:
        yield f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses", _named(app, _ingress(app))


def _named(app: Object, spec: Object, name: str = "") -> Object:
    labels = {"app": app["name"], "app.kubernetes.io/part-of": app.get("part_of", app["namespace"])}
    return {"metadata": {"name": name or app["name"], "labels": labels}, "spec": spec}


def _workload(app: Object) -> Object:
    spec: Object = {"selector": {"matchLabels": {"app": app["name"]}}, "template": _template(app)}
    if app["kind"] != "DaemonSet":
        spec["replicas"] = app["replicas"]
    if app["kind"] == "StatefulSet":
        spec["serviceName"] = app["name"]
        spec["volumeClaimTemplates"] = [_claim(name, size) for name, size in app.get("claims", {}).items()]
    if "max_unavailable" in app:
        spec["strategy"] = {"rollingUpdate": {"maxUnavailable": app["max_unavailable"]}}
    return _named(app, spec)


def _template(app: Object) -> Object:
    annotations = {READY_AFTER: app.get("ready_after", "2s")}
    if "usage" in app:
        cpu, memory = app["usage"]
        annotations |= {"kwok.x-k8s.io/usage-cpu": cpu, "kwok.x-k8s.io/usage-memory": memory}
    if "fault" in app:
        annotations[FAULT] = app["fault"]
    container: Object = {
        "name": app["name"],
        "image": app["image"],
        "ports": [{"name": "http", "containerPort": app.get("port", 8080)}],
        "resources": {"requests": _amounts(app["requests"]), "limits": _amounts(app["limits"])},
    }
    if "never-ready" in app.get("broken_pods", {}):
        container["readinessProbe"] = {"httpGet": {"path": "/healthz", "port": "http"}}
    spec: Object = {"containers": [container]}
    if app.get("claims"):
        container["volumeMounts"] = [{"name": name, "mountPath": f"/var/lib/{name}"} for name in app["claims"]]
    if app["kind"] == "DaemonSet":
        spec["tolerations"] = [{"operator": "Exists"}]
    return {"metadata": {"labels": {"app": app["name"]}, "annotations": annotations}, "spec": spec}


def _service(app: Object) -> Object:
    spec: Object = {
        "selector": {"app": app["name"]},
        "ports": [{"name": "http", "port": 80, "targetPort": app.get("port", 8080)}],
    }
    if app["kind"] == "StatefulSet":
        spec["clusterIP"] = "None"
    return _named(app, spec, app.get("service_name", app["name"]))


def _autoscaler(app: Object) -> Object:
    wanted = app["autoscaler"]
    target = {"type": "Utilization", "averageUtilization": wanted["cpu_percent"]}
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": app["kind"], "name": app["name"]},
        "minReplicas": wanted["least"],
        "maxReplicas": wanted["most"],
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }


def _ingress(app: Object) -> Object:
    service = {"service": {"name": app.get("service_name", app["name"]), "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": service}]
    return {"rules": [{"host": app["ingress"], "http": {"paths": paths}}]}


def _claims(app: Object) -> Iterator[tuple[str, str, list[str]]]:
    """Every claim that the application will make: no provisioner makes volumes here, so they are made beforehand."""
    for name, size in app.get("shared_claims", {}).items():
        yield name, size, ["ReadWriteMany"]
    for name, size in app.get("claims", {}).items():
        for number in range(app["replicas"]):
            yield f"{name}-{app['name']}-{number}", size, ["ReadWriteOnce"]


def _claim(name: str, size: str, modes: list[str] | None = None) -> Object:
    resources = {"requests": {"storage": size}}
    spec = {"accessModes": modes or ["ReadWriteOnce"], "resources": resources, "storageClassName": STORAGE_CLASS}
    return {"metadata": {"name": name}, "spec": spec}


def _volume(namespace: str, claim: str, size: str, modes: list[str]) -> Object:
    spec = {
        "capacity": {"storage": size},
        "accessModes": modes,
        "storageClassName": STORAGE_CLASS,
        "hostPath": {"path": f"/var/lib/volumes/{namespace}/{claim}"},
        "claimRef": {"namespace": namespace, "name": claim},
    }
    return {"metadata": {"name": f"{namespace}-{claim}"}, "spec": spec}


def _amounts(pair: list[str]) -> dict[str, str]:
    return {"cpu": pair[0], "memory": pair[1]}
