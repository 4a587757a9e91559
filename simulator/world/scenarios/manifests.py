"""Objects as a person would apply them and the API server would complete them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.store import Object
from simulator.world.controllers.nodes import HEALTHY_CONDITIONS

VERSION = "v1.36.3"
"""The version that nodes report: that of the API which the simulator plays."""


@dataclass(frozen=True)
class App:
    """One application: what it runs and what it asks for."""

    namespace: str
    name: str
    image: str
    replicas: int
    requests: tuple[str, str]
    """Cpu and memory of each pod."""
    limits: tuple[str, str]
    kind: str = "Deployment"
    port: int = 8080
    part_of: str = "shop"
    volumes: tuple[dict[str, Any], ...] = ()
    mounts: tuple[dict[str, Any], ...] = ()
    claim_templates: tuple[dict[str, Any], ...] = ()
    tolerations: tuple[dict[str, Any], ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    config_map: str = ""
    """A ConfigMap whose keys become variables."""
    health_path: str = "/healthz"
    scraped: bool = False
    """Whether its pods say that they show metrics, by the annotations that Prometheus goes by."""

    @property
    def labels(self) -> dict[str, str]:
        """The labels that all objects of the application carry."""
        return {"app": self.name, "app.kubernetes.io/name": self.name, "app.kubernetes.io/part-of": self.part_of}


def pod_template(app: App) -> Object:
    """The template of the application's pods."""
    check = {"path": app.health_path, "port": "http", "scheme": "HTTP"}
    timing = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
    container: dict[str, Any] = {
        "name": app.name,
        "image": app.image,
        "ports": [{"name": "http", "containerPort": app.port, "protocol": "TCP"}],
        "env": [{"name": name, "value": value} for name, value in app.environment.items()],
        "envFrom": [{"configMapRef": {"name": app.config_map}}] if app.config_map else [],
        "resources": {"requests": _amounts(app.requests), "limits": _amounts(app.limits)},
        "readinessProbe": {"httpGet": check, **timing},
        "livenessProbe": {"httpGet": check, "initialDelaySeconds": 10, **timing},
        "volumeMounts": list(app.mounts),
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    }
    spec: dict[str, Any] = {
        "containers": [{name: value for name, value in container.items() if value != []}],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
    }
    if app.volumes:
        spec["volumes"] = list(app.volumes)
    if app.tolerations:
        spec["tolerations"] = list(app.tolerations)
    metadata: dict[str, Any] = {"labels": app.labels}
    if app.scraped:
        metadata["annotations"] = {"prometheus.io/scrape": "true", "prometheus.io/port": str(app.port)}
    return {"metadata": metadata, "spec": spec}


def workload(app: App) -> tuple[str, Object]:
    """The application's Deployment, StatefulSet or DaemonSet, and the resource it is."""
    metadata = {"name": app.name, "namespace": app.namespace, "labels": app.labels}
    spec: dict[str, Any] = {
        "selector": {"matchLabels": {"app": app.name}},
        "template": pod_template(app),
        "revisionHistoryLimit": 10,
    }
    if app.kind == "DaemonSet":
        spec["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
        return "daemonsets.apps", {"metadata": metadata, "spec": spec, "status": {}}
    spec["replicas"] = app.replicas
    if app.kind == "StatefulSet":
        spec |= {
            "serviceName": app.name,
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            "volumeClaimTemplates": list(app.claim_templates),
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        }
        return "statefulsets.apps", {"metadata": metadata, "spec": spec, "status": {"replicas": 0}}
    spec |= {
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
        "progressDeadlineSeconds": 600,
    }
    return "deployments.apps", {"metadata": metadata, "spec": spec, "status": {}}


def config_map(app: App, data: dict[str, str]) -> Object:
    """The ConfigMap that an application reads."""
    return {"metadata": {"name": app.config_map, "namespace": app.namespace, "labels": app.labels}, "data": data}


def service(app: App, address: str, *, name: str = "", port: int = 80) -> Object:
    """A Service in front of the application; headless when the address is `None`."""
    return {
        "metadata": {"name": name or app.name, "namespace": app.namespace, "labels": app.labels},
        "spec": {
            "type": "ClusterIP",
            "clusterIP": address,
            "clusterIPs": [address],
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster",
            "sessionAffinity": "None",
            "selector": {"app": app.name},
            "ports": [{"name": "http", "port": port, "targetPort": app.port, "protocol": "TCP"}],
        },
        "status": {"loadBalancer": {}},
    }


def node(name: str, number: int, *, zone: str, cpu: str = "4", memory: str = "16Gi") -> Object:
    """A worker as a kubelet registers it: allocatable is what is left beside the system's own parts."""
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/worker": "",
        "node-type": "worker",
        "zone": zone,
        "topology.kubernetes.io/region": zone[:-1],
        "topology.kubernetes.io/zone": zone,
    }
    address = f"10.0.{1 + number // 250}.{10 + number % 240}"
    capacity = {"cpu": cpu, "memory": memory, "ephemeral-storage": "100Gi", "pods": "110"}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"podCIDR": f"10.244.{number}.0/24", "providerID": f"sim://{zone}/{name}"},
        "status": {
            "capacity": capacity,
            "allocatable": {**capacity, "cpu": "3800m", "memory": "14848Mi", "ephemeral-storage": "95Gi"},
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "kubeletVersion": VERSION,
                "kubeProxyVersion": VERSION,
                "containerRuntimeVersion": "containerd://1.7.11",
                "osImage": "Ubuntu 22.04.3 LTS",
                "kernelVersion": "5.15.0-91-generic",
                "operatingSystem": "linux",
                "architecture": "amd64",
                "machineID": f"{number:032x}",
                "systemUUID": f"{number:08x}-0000-4000-8000-000000000000",
                "bootID": f"{number:08x}-0000-4000-8000-000000000001",
            },
            "conditions": [],
        },
    }


def namespace(name: str, labels: dict[str, str] | None = None) -> Object:
    """A namespace as it is after its creation."""
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name, **(labels or {})}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def claim(app: App, name: str, size: str, modes: list[str]) -> Object:
    """A claim of the application for a volume."""
    return {
        "metadata": {
            "name": name,
            "namespace": app.namespace,
            "labels": app.labels,
            "finalizers": ["kubernetes.io/pvc-protection"],
        },
        "spec": {
            "accessModes": modes,
            "resources": {"requests": {"storage": size}},
            "storageClassName": "standard",
            "volumeMode": "Filesystem",
        },
        "status": {"phase": "Pending"},
    }


def claim_template(name: str, size: str) -> dict[str, Any]:
    """What a StatefulSet makes each pod's claim from."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
            "storageClassName": "standard",
            "volumeMode": "Filesystem",
        },
        "status": {"phase": "Pending"},
    }


def budget(app: App, **spec: Any) -> Object:
    """A PodDisruptionBudget over the application's pods."""
    return {
        "metadata": {"name": f"{app.name}-pdb", "namespace": app.namespace, "labels": app.labels},
        "spec": {**spec, "selector": {"matchLabels": {"app": app.name}}},
    }


def autoscaler(app: App, *, least: int, most: int, cpu_percent: int) -> Object:
    """A HorizontalPodAutoscaler that owns the application's scale."""
    target = {"type": "Utilization", "averageUtilization": cpu_percent}
    return {
        "metadata": {"name": app.name, "namespace": app.namespace, "labels": app.labels},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": app.kind, "name": app.name},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
        "status": {"currentReplicas": 0, "desiredReplicas": 0},
    }


def admitting(app: App, *namespaces: str) -> Object:
    """A NetworkPolicy that lets pods of these namespaces reach the application's port, and nobody else."""
    peers = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": one}}} for one in namespaces]
    ports = [{"protocol": "TCP", "port": app.port}]
    return {
        "metadata": {"name": f"{app.name}-clients", "namespace": app.namespace, "labels": app.labels},
        "spec": {
            "podSelector": {"matchLabels": {"app": app.name}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": peers, "ports": ports}],
        },
    }


def ingress(app: App, host: str, service_name: str) -> Object:
    """An Ingress that leads a host to the application's Service."""
    backend = {"service": {"name": service_name, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {
        "metadata": {"name": app.name, "namespace": app.namespace, "labels": app.labels},
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": host, "http": {"paths": [path]}}],
            "tls": [{"hosts": [host], "secretName": f"{app.name}-tls"}],
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}},
    }


def storage_class() -> Object:
    """The default class of volumes."""
    return {
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "csi.sim.local",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": True,
    }


def snapshot_class() -> Object:
    """The default class of snapshots of volumes."""
    return {
        "metadata": {
            "name": "standard",
            "annotations": {"snapshot.storage.kubernetes.io/is-default-class": "true"},
        },
        "driver": "csi.sim.local",
        "deletionPolicy": "Delete",
    }


def healthy_conditions(stamp: str) -> list[dict[str, Any]]:
    """A healthy node's conditions, all since a time."""
    return [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": stamp,
            "lastTransitionTime": stamp,
        }
        for kind, status, reason, message in HEALTHY_CONDITIONS
    ]


def _amounts(pair: tuple[str, str]) -> dict[str, str]:
    return {"cpu": pair[0], "memory": pair[1]}
