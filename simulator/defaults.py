"""The defaults that the real API server fills in, for the fields that users, clients and controllers look at.

The store applies them to everything it is given, so that an object written by a controller and one that went through
the API compare equal, and a later patch changes nothing but what it names. Given objects are not changed: what gets
a default is copied along its path, the rest is shared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Object = dict[str, Any]

_PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_POD = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
    "dnsPolicy": "ClusterFirst",
    "securityContext": {},
    "schedulerName": "default-scheduler",
}


def with_defaults(resource: str, obj: Object) -> Object:
    """The object with its defaults, itself when it lacks none."""
    fill = _FILLERS.get(resource)
    return obj if fill is None else fill(obj)


def _fill(target: Object, defaults: Object) -> Object:
    missing = {key: value for key, value in defaults.items() if target.get(key) is None}
    return {**target, **missing} if missing else target


def _within(target: Object, key: str, change: Callable[[Any], Any]) -> Object:
    old = target.get(key)
    if old is None:
        return target
    new = change(old)
    return target if new is old else {**target, key: new}


def _each(items: list[Any], change: Callable[[Any], Any]) -> list[Any]:
    changed = [change(item) for item in items]
    return items if all(new is old for new, old in zip(changed, items, strict=True)) else changed


def _items(target: Object, key: str, change: Callable[[Any], Any]) -> Object:
    return _within(target, key, lambda items: _each(items, change))


def _probe(probe: Object) -> Object:
    probe = _within(probe, "httpGet", lambda get: _fill(get, {"path": "/", "scheme": "HTTP"}))
    return _fill(probe, _PROBE)


def _container(container: Object) -> Object:
    image = str(container.get("image") or "")
    latest = image.endswith(":latest") or ":" not in image.rsplit("/", 1)[-1]
    container = _items(container, "ports", lambda port: _fill(port, {"protocol": "TCP"}))
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        container = _within(container, probe, _probe)
    return _fill(
        container,
        {
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
            "imagePullPolicy": "Always" if latest and "@" not in image else "IfNotPresent",
        },
    )


def _pod_resources(resources: Object) -> Object:
    # A limit without a request is the request too; only pods get this, templates do not.
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    missing = {name: value for name, value in limits.items() if name not in requests}
    return {**resources, "requests": {**requests, **missing}} if missing else resources


def _pod_spec(spec: Object) -> Object:
    spec = _items(spec, "containers", _container)
    spec = _items(spec, "initContainers", _container)
    return _fill(spec, _POD)


def _pod(pod: Object) -> Object:
    def change(spec: Object) -> Object:
        spec = _pod_spec(spec)
        for containers in ("containers", "initContainers"):
            spec = _items(spec, containers, lambda container: _within(container, "resources", _pod_resources))
        spec = _fill(spec, {"enableServiceLinks": True})
        account = spec.get("serviceAccountName") or "default"
        return _fill(spec, {"serviceAccountName": account, "serviceAccount": account})

    return _within(pod, "spec", change)


def _template(spec: Object) -> Object:
    return _within(spec, "template", lambda template: _within(template, "spec", _pod_spec))


def _deployment(obj: Object) -> Object:
    def strategy(value: Object) -> Object:
        value = _fill(value, {"type": "RollingUpdate"})
        if value["type"] != "RollingUpdate":
            return value
        rolling = _fill(value.get("rollingUpdate") or {}, {"maxUnavailable": "25%", "maxSurge": "25%"})
        return value if rolling == value.get("rollingUpdate") else {**value, "rollingUpdate": rolling}

    def change(spec: Object) -> Object:
        spec = _fill(
            _template(spec),
            {"replicas": 1, "strategy": {}, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600},
        )
        return _within(spec, "strategy", strategy)

    return _within(obj, "spec", change)


def _replica_set(obj: Object) -> Object:
    return _within(obj, "spec", lambda spec: _fill(_template(spec), {"replicas": 1}))


def _stateful_set(obj: Object) -> Object:
    def strategy(value: Object) -> Object:
        value = _fill(value, {"type": "RollingUpdate"})
        return _fill(value, {"rollingUpdate": {"partition": 0}}) if value["type"] == "RollingUpdate" else value

    def claim(value: Object) -> Object:
        return _claim(
            _fill(value, {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}})
        )

    def change(spec: Object) -> Object:
        spec = _fill(
            _template(spec),
            {
                "replicas": 1,
                "serviceName": "",
                "podManagementPolicy": "OrderedReady",
                "updateStrategy": {},
                "revisionHistoryLimit": 10,
                "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            },
        )
        spec = _items(spec, "volumeClaimTemplates", claim)
        return _within(spec, "updateStrategy", strategy)

    return _within(obj, "spec", change)


def _daemon_set(obj: Object) -> Object:
    def strategy(value: Object) -> Object:
        value = _fill(value, {"type": "RollingUpdate"})
        if value["type"] != "RollingUpdate":
            return value
        return _fill(value, {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}})

    def change(spec: Object) -> Object:
        spec = _fill(_template(spec), {"updateStrategy": {}, "revisionHistoryLimit": 10})
        return _within(spec, "updateStrategy", strategy)

    return _within(obj, "spec", change)


def _job_spec(spec: Object) -> Object:
    return _fill(
        _template(spec),
        {
            "parallelism": 1,
            "completions": 1,
            "backoffLimit": 6,
            "completionMode": "NonIndexed",
            "suspend": False,
            "podReplacementPolicy": "TerminatingOrFailed",
        },
    )


def _job(obj: Object) -> Object:
    return _within(obj, "spec", _job_spec)


def _cron_job(obj: Object) -> Object:
    def change(spec: Object) -> Object:
        spec = _within(
            spec,
            "jobTemplate",
            lambda job: _within(job, "spec", _template),
        )
        return _fill(
            spec,
            {
                "concurrencyPolicy": "Allow",
                "suspend": False,
                "successfulJobsHistoryLimit": 3,
                "failedJobsHistoryLimit": 1,
            },
        )

    return _within(obj, "spec", change)


def _service(obj: Object) -> Object:
    def port(value: Object) -> Object:
        return _fill(_fill(value, {"protocol": "TCP"}), {"targetPort": value.get("port")})

    def change(spec: Object) -> Object:
        spec = _fill(spec, {"type": "ClusterIP", "sessionAffinity": "None"})
        if spec["type"] == "ExternalName":
            return spec
        spec = _items(spec, "ports", port)
        return _fill(
            spec, {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster"}
        )

    return _fill(_within(obj, "spec", change), {"status": {"loadBalancer": {}}})


def _claim(obj: Object) -> Object:
    return _within(obj, "spec", lambda spec: _fill(spec, {"volumeMode": "Filesystem"}))


def _autoscaler(obj: Object) -> Object:
    cpu = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
    }
    return _within(obj, "spec", lambda spec: _fill(spec, {"minReplicas": 1, "metrics": [cpu]}))


def _namespace(obj: Object) -> Object:
    name = obj["metadata"]["name"]
    label = {"kubernetes.io/metadata.name": name}
    metadata = _fill(obj["metadata"], {"labels": {}})
    labels = _fill(metadata["labels"], label)
    if labels is not metadata["labels"]:
        metadata = {**metadata, "labels": labels}
    obj = obj if metadata is obj["metadata"] else {**obj, "metadata": metadata}
    obj = _fill(obj, {"spec": {"finalizers": ["kubernetes"]}, "status": {}})
    return _within(obj, "status", lambda status: _fill(status, {"phase": "Active"}))


def _secret(obj: Object) -> Object:
    return _fill(obj, {"type": "Opaque"})


def _spec(obj: Object) -> Object:
    return _fill(obj, {"spec": {}})


def _network_policy(obj: Object) -> Object:
    return _within(_spec(obj), "spec", _network_policy_spec)


def _network_policy_spec(spec: Object) -> Object:
    directions = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    spec = _fill(spec, {"podSelector": {}, "policyTypes": directions})
    return _items(_items(spec, "ingress", _policy_rule), "egress", _policy_rule)


def _policy_rule(rule: Object) -> Object:
    return _items(rule, "ports", lambda port: _fill(port, {"protocol": "TCP"}))


_FILLERS: dict[str, Callable[[Object], Object]] = {
    "pods": _pod,
    "deployments.apps": _deployment,
    "replicasets.apps": _replica_set,
    "statefulsets.apps": _stateful_set,
    "daemonsets.apps": _daemon_set,
    "jobs.batch": _job,
    "cronjobs.batch": _cron_job,
    "services": _service,
    "persistentvolumeclaims": lambda obj: _claim(_spec(obj)),
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "namespaces": _namespace,
    "secrets": _secret,
    "nodes": _spec,
    "persistentvolumes": _spec,
    "resourcequotas": _spec,
    "limitranges": _spec,
    "poddisruptionbudgets.policy": _spec,
    "ingresses.networking.k8s.io": _spec,
    "networkpolicies.networking.k8s.io": _network_policy,
    "leases.coordination.k8s.io": _spec,
}
