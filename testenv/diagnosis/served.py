"""Fills an object in as an API server returns it: defaults, managed fields, generated names' prefixes, addresses, digests."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

Raw = dict[str, Any]

_MANAGERS = {
    "Pod": ("kube-controller-manager", "kubelet"),
    "Deployment": ("kubectl-client-side-apply", "kube-controller-manager"),
    "Node": ("kubelet", "kube-controller-manager"),
    "Event": ("kubelet", ""),
}
_TOLERATIONS = [
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    for key in ("not-ready", "unreachable")
]
_PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}


def as_served(snapshot: Raw) -> Raw:
    """The snapshot with every object filled in; what a case sets stays."""
    for one in snapshot["objects"]:
        _metadata(one)
        spec = one.get("spec") or {}
        if one["kind"] == "Pod":
            _pod_spec(spec, token=True)
            _pod_status(one)
        elif "template" in spec:
            _pod_spec(spec["template"].get("spec") or {}, token=False)
            if one["kind"] in {"Deployment", "StatefulSet"}:
                spec.setdefault("revisionHistoryLimit", 10)
        elif one["kind"] == "Event":
            one |= {"reportingComponent": "", "reportingInstance": "", "eventTime": None}
    return snapshot


def _digest(*words: str) -> str:
    return hashlib.sha256("/".join(words).encode()).hexdigest()


def _metadata(one: Raw) -> None:
    meta = one["metadata"]
    digest = _digest(one["kind"], meta.get("namespace", ""), meta["name"])
    meta["resourceVersion"] = str(int(digest[:7], 16))
    owners = meta.get("ownerReferences") or []
    for each in owners:
        each["blockOwnerDeletion"] = True
    if one["kind"] == "Pod" and owners and owners[0]["kind"] in {"ReplicaSet", "DaemonSet", "Job"}:
        meta["generateName"] = meta["name"].rpartition("-")[0] + "-"
    first, second = _MANAGERS.get(one["kind"], ("kubectl", "kube-controller-manager"))
    made = meta.get("creationTimestamp")
    meta["managedFields"] = [
        {"manager": first, "operation": "Update", "apiVersion": one.get("apiVersion"), "time": made,
         "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {}}},
        {"manager": second, "operation": "Update", "apiVersion": one.get("apiVersion"), "time": made,
         "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {"f:conditions": {}}}, "subresource": "status"},
    ]  # fmt: skip


def _pod_spec(spec: Raw, *, token: bool) -> None:
    defaults = {
        "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30, "securityContext": {},
    }  # fmt: skip
    for key, value in defaults.items():
        spec.setdefault(key, value)
    if "serviceAccountName" in spec:
        spec["serviceAccount"] = spec["serviceAccountName"]
    for one in (*(spec.get("containers") or []), *(spec.get("initContainers") or [])):
        one.setdefault("terminationMessagePath", "/dev/termination-log")
        one.setdefault("terminationMessagePolicy", "File")
        one.setdefault("imagePullPolicy", "IfNotPresent")
        one.setdefault("resources", {})
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            if one.get(probe):
                one[probe] = _PROBE | one[probe]
                if "httpGet" in one[probe]:
                    one[probe]["httpGet"].setdefault("scheme", "HTTP")
        if token:
            mount = {"name": "kube-api-access-7xk2p", "readOnly": True,
                     "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}  # fmt: skip
            one["volumeMounts"] = [*(one.get("volumeMounts") or []), mount]
    if token:
        spec |= {"enableServiceLinks": True, "preemptionPolicy": "PreemptLowerPriority"}
        spec.setdefault("priority", 0)
        spec["tolerations"] = [*(spec.get("tolerations") or []), *_TOLERATIONS]
        sources = [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
        ]
        access = {"name": "kube-api-access-7xk2p", "projected": {"defaultMode": 420, "sources": sources}}
        spec["volumes"] = [*(spec.get("volumes") or []), access]


def _pod_status(pod: Raw) -> None:
    status = pod.get("status") or {}
    if pod["spec"].get("nodeName") and status.get("phase") != "Pending":
        status |= {"hostIP": "10.0.3.17", "hostIPs": [{"ip": "10.0.3.17"}]}
        if "podIP" in status:
            status["podIPs"] = [{"ip": status["podIP"]}]
    images = {one["name"]: one.get("image", "") for one in pod["spec"].get("containers") or []}
    for one in status.get("containerStatuses") or []:
        image = images.get(one["name"], "")
        digest = _digest(image)
        started = "running" in one["state"] or bool(one.get("lastState"))
        one["image"] = image
        one["imageID"] = f"{image.partition(':')[0]}@sha256:{digest}" if started else ""
        if started:
            one["containerID"] = f"containerd://{digest}"
    for one in status.get("conditions") or []:
        one.setdefault("lastProbeTime", None)
    pod["metadata"]["uid"] = str(UUID(_digest(pod["metadata"]["name"], "uid")[:32]))
