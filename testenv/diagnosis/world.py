"""A small shop on three nodes, all of it healthy: the background that every case starts from.

A case breaks one thing in it, and what follows from that thing (statuses, conditions, events, logs) as a real cluster
would show it.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from testenv.diagnosis.objects import (
    NAMESPACE,
    NOW,
    Raw,
    ago,
    condition,
    container,
    event,
    make,
    node,
    owner,
    running,
    service,
    slice_of,
)


@dataclass
class App:
    """A workload with what belongs to it."""

    workload: Raw
    pods: list[Raw]
    replicaset: Raw | None = None
    service: Raw | None = None
    endpoints: Raw | None = None

    @property
    def template(self) -> Raw:
        """The pod template's spec."""
        spec: Raw = self.workload["spec"]["template"]["spec"]
        return spec


@dataclass
class World:
    """A snapshot in the making."""

    objects: list[Raw] = field(default_factory=list)
    logs: dict[str, Any] = field(default_factory=dict)
    metrics: Raw = field(default_factory=dict)

    def add(self, *objects: Raw) -> Raw:
        """Add objects; the first one is returned."""
        self.objects.extend(objects)
        return objects[0] if objects else {}

    def remove(self, *objects: Raw) -> None:
        """Take objects out."""
        self.objects = [one for one in self.objects if not any(one is gone for gone in objects)]

    def find(self, kind: str, name: str) -> Raw:
        """The object of this kind and name."""
        return next(one for one in self.objects if one["kind"] == kind and one["metadata"]["name"] == name)

    def warn(self, about: Raw, reason: str, message: str, **more: Any) -> Raw:
        """Add an event."""
        return self.add(event(about, reason, message, **more))

    def log(self, pod: Raw, text: str, *, name: str | None = None) -> None:
        """Set the log of a pod's container."""
        meta = pod["metadata"]
        chosen = name or pod["spec"]["containers"][0]["name"]
        self.logs[f"{meta['namespace']}/{meta['name']}/{chosen}"] = text

    def snapshot(self) -> Raw:
        """What `hexaops diagnose --snapshot` reads."""
        found: Raw = {"now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "objects": deepcopy(self.objects), "logs": self.logs}
        return found | ({"metrics": self.metrics} if self.metrics else {})


def make_pod(
    name: str,
    spec: Raw,
    *,
    namespace: str = NAMESPACE,
    labels: Raw | None = None,
    by: Raw | None = None,
    on: str | None = "node-1",
    age: float = 3000,
) -> Raw:
    """A pod that runs and is ready."""
    inner = deepcopy(spec) | ({"nodeName": on} if on else {})
    inner.setdefault("serviceAccountName", "shop-sa")
    inner.setdefault(
        "tolerations", [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}]
    )
    pod = make("Pod", name, namespace=namespace, age=age, metadata={"labels": labels or {}} | (by or {}), spec=inner)
    pod["status"] = {
        "phase": "Running",
        "podIP": "10.1.0.7",
        "startTime": pod["metadata"]["creationTimestamp"],
        "qosClass": "Burstable",
    }
    set_statuses(pod, *[running(one["name"], since=age) for one in spec["containers"]])
    return pod


def set_statuses(
    pod: Raw, *statuses: Raw, phase: str | None = None, init: list[Raw] | None = None, since: float = 10
) -> None:
    """Give the containers their statuses, and the pod the conditions that follow."""
    ready = all(one["ready"] for one in statuses)
    status = pod["status"]
    status["containerStatuses"] = list(statuses)
    if init is not None:
        status["initContainerStatuses"] = init
    if phase:
        status["phase"] = phase
    names = [one["name"] for one in statuses if not one["ready"]]
    why = ("ContainersNotReady", f"containers with unready status: [{' '.join(names)}]") if names else ("", "")
    state = "True" if ready else "False"
    initialized = all(one["ready"] for one in init or [])
    status["conditions"] = [
        condition("PodScheduled", "True", since=3000),
        condition("Initialized", "True" if initialized else "False", since=3000),
        condition("ContainersReady", state, *why, since=since),
        condition("Ready", state, *why, since=since),
    ]


def unschedulable(world: World, pod: Raw, message: str, *, for_minutes: float = 12) -> None:
    """The scheduler finds no node for the pod."""
    pod["spec"].pop("nodeName", None)
    pod["metadata"]["creationTimestamp"] = ago(for_minutes)
    pod["status"] = {
        "phase": "Pending",
        "qosClass": "Burstable",
        "conditions": [condition("PodScheduled", "False", "Unschedulable", message, since=for_minutes)],
    }
    world.warn(pod, "FailedScheduling", message, source="default-scheduler", count=8, first=for_minutes, at=1)


def shop() -> World:
    """Three nodes, DNS, an ingress controller, storage, and the applications web, api, worker and db."""
    world = World()
    for name in ("node-1", "node-2", "node-3"):
        world.add(node(name))
    for namespace in ("default", "kube-system", NAMESPACE):
        world.add(
            make(
                "Namespace", namespace, namespace=None, status={"phase": "Active"}, spec={"finalizers": ["kubernetes"]}
            )
        )
        world.add(make("ServiceAccount", "default", namespace=namespace))
        world.add(
            make("ConfigMap", "kube-root-ca.crt", namespace=namespace, data={"ca.crt": "-----BEGIN CERTIFICATE-----"})
        )
    world.add(make("ServiceAccount", "shop-sa"), make("ServiceAccount", "coredns", namespace="kube-system"))
    _platform(world)
    deploy(world, "web", replicas=3)
    deploy(world, "api", replicas=2)
    deploy(world, "worker", replicas=2, with_service=False)
    stateful(world, "db", replicas=1)
    world.add(
        make(
            "Ingress",
            "web",
            api="networking.k8s.io/v1",
            status={"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}},
            spec={
                "ingressClassName": "nginx",
                "rules": [
                    {
                        "host": "shop.example.com",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "web", "port": {"number": 80}}},
                                }
                            ]
                        },
                    }
                ],
            },
        ),
    )
    return world


def _platform(world: World) -> None:
    deploy(world, "coredns", replicas=2, namespace="kube-system", service_name="kube-dns")
    world.add(
        make(
            "IngressClass",
            "nginx",
            namespace=None,
            api="networking.k8s.io/v1",
            spec={"controller": "k8s.io/ingress-nginx"},
        ),
        make(
            "StorageClass",
            "standard",
            namespace=None,
            api="storage.k8s.io/v1",
            provisioner="ebs.csi.aws.com",
            metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            reclaimPolicy="Delete",
            volumeBindingMode="WaitForFirstConsumer",
            allowVolumeExpansion=True,
        ),
        make("CSIDriver", "ebs.csi.aws.com", namespace=None, api="storage.k8s.io/v1", spec={"attachRequired": True}),
        make(
            "APIService",
            "v1beta1.metrics.k8s.io",
            namespace=None,
            api="apiregistration.k8s.io/v1",
            spec={"service": {"name": "metrics-server", "namespace": "kube-system"}, "group": "metrics.k8s.io"},
            status={"conditions": [condition("Available", "True", "Passed", "all checks passed", since=30000)]},
        ),
    )
    deploy(world, "metrics-server", replicas=1, namespace="kube-system")


def deploy(
    world: World,
    name: str,
    *,
    replicas: int = 2,
    namespace: str = NAMESPACE,
    spec: Raw | None = None,
    with_service: bool = True,
    service_name: str | None = None,
) -> App:
    """A healthy Deployment with its ReplicaSet, pods and Service."""
    labels = {"app": name}
    inner = spec or {
        "containers": [container(name)],
        "serviceAccountName": "shop-sa",
        "terminationGracePeriodSeconds": 30,
    }
    template = {"metadata": {"labels": labels}, "spec": inner}
    workload = make(
        "Deployment",
        name,
        namespace=namespace,
        api="apps/v1",
        metadata={"labels": labels, "annotations": {"deployment.kubernetes.io/revision": "1"}},
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": template,
            "progressDeadlineSeconds": 600,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        },
    )
    world.add(workload)
    app = App(workload, [])
    app.replicaset = add_replicaset(world, app, revision=1, replicas=replicas)
    if with_service:
        expose(world, app, service_name or name)
    settle(app)
    return app


def add_replicaset(world: World, app: App, *, revision: int, replicas: int, age: float = 3000) -> Raw:
    """A ReplicaSet of the Deployment's template as it stands, with its pods, ready."""
    meta = app.workload["metadata"]
    name, namespace = meta["name"], meta["namespace"]
    digest = f"{(len(name) * 7919 + revision * 104729) % 0xFFFFFFF:07x}9f"
    labels = {**app.workload["spec"]["template"]["metadata"]["labels"], "pod-template-hash": digest}
    template = deepcopy(app.workload["spec"]["template"])
    template["metadata"]["labels"] = labels
    replicaset = make(
        "ReplicaSet",
        f"{name}-{digest}",
        namespace=namespace,
        api="apps/v1",
        age=age,
        metadata={"labels": labels, "annotations": {"deployment.kubernetes.io/revision": str(revision)}}
        | owner("Deployment", name),
        spec={"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
        status={
            "replicas": replicas,
            "readyReplicas": replicas,
            "availableReplicas": replicas,
            "observedGeneration": 1,
        },
    )
    world.add(replicaset)
    for number in range(replicas):
        pod = make_pod(
            f"{name}-{digest}-{'bcdfg'[number % 5]}{'klmnp'[number // 5 % 5]}2xz",
            template["spec"],
            namespace=namespace,
            labels=labels,
            by=owner("ReplicaSet", f"{name}-{digest}"),
            on=f"node-{number % 3 + 1}",
            age=age,
        )
        app.pods.append(pod)
        world.add(pod)
    return replicaset


def stateful(  # size: one literal of each object
    world: World, name: str, *, replicas: int = 1, spec: Raw | None = None, storage_class: str = "standard"
) -> App:
    """A healthy StatefulSet with its headless Service and bound claims."""
    labels = {"app": name}
    inner = spec or {
        "containers": [
            container(
                name,
                ports=[{"name": "sql", "containerPort": 5432}],
                volumeMounts=[{"name": "data", "mountPath": "/data"}],
                readinessProbe={"tcpSocket": {"port": "sql"}},
                livenessProbe={"tcpSocket": {"port": "sql"}},
            )
        ],
        "serviceAccountName": "shop-sa",
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "10Gi"}},
        },
    }
    workload = make(
        "StatefulSet",
        name,
        api="apps/v1",
        metadata={"labels": labels},
        spec={
            "replicas": replicas,
            "serviceName": name,
            "selector": {"matchLabels": labels},
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": {"type": "RollingUpdate"},
            "template": {"metadata": {"labels": labels}, "spec": inner},
            "volumeClaimTemplates": [claim],
        },
        status={
            "replicas": replicas,
            "readyReplicas": replicas,
            "availableReplicas": replicas,
            "currentReplicas": replicas,
            "updatedReplicas": replicas,
            "observedGeneration": 1,
            "currentRevision": f"{name}-1",
            "updateRevision": f"{name}-1",
        },
    )
    world.add(workload)
    app = App(workload, [])
    for number in range(replicas):
        volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": f"data-{name}-{number}"}}]
        pod = make_pod(
            f"{name}-{number}",
            inner | {"volumes": volumes},
            labels=labels,
            by=owner("StatefulSet", name),
            on=f"node-{number % 3 + 1}",
        )
        app.pods.append(pod)
        world.add(pod)
        bound_claim(world, f"data-{name}-{number}", storage_class)
    app.service = service(name, labels, port=5432, target="sql", clusterIP="None")
    app.endpoints = slice_of(name, ready=replicas, port=5432)
    world.add(app.service, app.endpoints)
    return app


def bound_claim(world: World, name: str, storage_class: str = "standard") -> Raw:
    """A bound PersistentVolumeClaim and its volume."""
    volume = f"pvc-{name}"
    claim = make(
        "PersistentVolumeClaim",
        name,
        status={"phase": "Bound", "capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"]},
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "volumeName": volume,
            "resources": {"requests": {"storage": "10Gi"}},
        },
    )
    world.add(claim)
    world.add(
        make(
            "PersistentVolume",
            volume,
            namespace=None,
            status={"phase": "Bound"},
            spec={
                "capacity": {"storage": "10Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": storage_class,
                "persistentVolumeReclaimPolicy": "Delete",
                "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"},
                "claimRef": {"kind": "PersistentVolumeClaim", "namespace": NAMESPACE, "name": name},
            },
        ),
    )
    return claim


def expose(world: World, app: App, name: str) -> None:
    """A Service in front of the workload."""
    meta = app.workload["metadata"]
    app.service = service(name, dict(app.workload["spec"]["selector"]["matchLabels"]), namespace=meta["namespace"])
    app.endpoints = slice_of(name, namespace=meta["namespace"])
    world.add(app.service, app.endpoints)


def settle(app: App, *, progress: tuple[str, str, str] | None = None) -> None:
    """Set what the controllers derive from the pods: counts, conditions, endpoints."""
    ready = sum(_is_ready(pod) for pod in app.pods)
    total = len(app.pods)
    wanted = app.workload["spec"].get("replicas", total)
    available = condition(
        "Available",
        "True" if ready >= wanted else "False",
        "MinimumReplicasAvailable" if ready >= wanted else "MinimumReplicasUnavailable",
        "Deployment has minimum availability." if ready >= wanted else "Deployment does not have minimum availability.",
    )
    progressing = condition(
        "Progressing", *(progress or ("True", "NewReplicaSetAvailable", "ReplicaSet has successfully progressed."))
    )
    app.workload.setdefault("status", {}).update(
        {
            "replicas": total,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "updatedReplicas": total,
            "unavailableReplicas": max(0, wanted - ready),
            "observedGeneration": app.workload["metadata"]["generation"],
        }
    )
    if app.workload["kind"] == "Deployment":
        app.workload["status"]["conditions"] = [available, progressing]
    if app.endpoints is not None:
        filled = slice_of("x", ready=ready, unready=total - ready, port=app.endpoints["ports"][0]["port"])
        app.endpoints["endpoints"] = filled["endpoints"]


def _is_ready(pod: Raw) -> bool:
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", []))


def find_app(world: World, name: str) -> App:
    """The application of this name in the shop."""
    workload = next(
        one for one in world.objects if one["kind"] in {"Deployment", "StatefulSet"} and one["metadata"]["name"] == name
    )
    labels = workload["spec"]["selector"]["matchLabels"]
    pods = [
        one for one in world.objects if one["kind"] == "Pod" and labels.items() <= one["metadata"]["labels"].items()
    ]
    found = [one for one in world.objects if one["kind"] == "Service" and one["spec"].get("selector") == labels]
    slices = [
        one
        for one in world.objects
        if one["kind"] == "EndpointSlice"
        and found
        and one["metadata"]["labels"]["kubernetes.io/service-name"] == found[0]["metadata"]["name"]
    ]
    sets = [
        one for one in world.objects if one["kind"] == "ReplicaSet" and one["metadata"]["name"].startswith(f"{name}-")
    ]
    return App(workload, pods, sets[0] if sets else None, found[0] if found else None, slices[0] if slices else None)
