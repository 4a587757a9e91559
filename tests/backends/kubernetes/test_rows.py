"""Rows of the other kinds, each from JSON as a real API server sends it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hexaops.backends.kubernetes.decoding import decoder_for
from hexaops.backends.kubernetes.rows import EndpointRow, HpaMetricRow, IngressRuleRow, PortRow, TaintRow
from hexaops.backends.kubernetes.selectors import Requirement, Selector
from tests.backends.kubernetes.objects import Object, condition, container, meta, owner


def row(kind: str, item: Object) -> Any:
    """Through the whole path: JSON of a list → row."""
    body = json.dumps({"metadata": {"resourceVersion": "9"}, "items": [item]}).encode()
    (found,) = decoder_for(kind).page(body).rows
    assert found.kind == kind
    return found


def template(**labels: str) -> Object:
    return {
        "metadata": {
            "labels": labels,
            "creationTimestamp": None,
            "annotations": {"kubectl.kubernetes.io/restartedAt": "2026-01-01T09:00:00Z"},
        },
        "spec": {
            "containers": [container(requests={"cpu": "250m"}, limits={"memory": "1Gi"})],
            "volumes": [{"persistentVolumeClaim": {"claimName": "data"}}],
        },
    }


def test_deployment() -> None:
    annotations = {
        "deployment.kubernetes.io/revision": "4",
        "meta.helm.sh/release-name": "web",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "secret-note": "x",
    }
    found = row(
        "Deployment",
        {
            "metadata": meta(
                "web",
                generation=7,
                annotations=annotations,
                managedFields=[{"manager": "helm"}, {"manager": "kubectl"}, {"manager": "helm"}],
            ),
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": {"app": "web"}},
                "template": template(app="web"),
                "strategy": {
                    "type": "RollingUpdate",
                    "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 1},
                },
                "progressDeadlineSeconds": 300,
                "paused": True,
            },
            "status": {
                "observedGeneration": 6,
                "replicas": 4,
                "readyReplicas": 2,
                "availableReplicas": 1,
                "updatedReplicas": 3,
                "conditions": [condition("Progressing", "True", "ReplicaSetUpdated")],
            },
        },
    )
    assert (found.desired, found.current, found.ready, found.available, found.updated) == (3, 4, 2, 1, 3)
    assert (found.generation, found.observed_generation) == (7, 6)
    assert found.annotations == {"deployment.kubernetes.io/revision": "4", "meta.helm.sh/release-name": "web"}
    assert found.restarted_at == "2026-01-01T09:00:00Z"
    assert found.field_managers == ("helm", "kubectl")
    assert (found.strategy, found.max_unavailable, found.max_surge) == ("RollingUpdate", "25%", 1)
    assert (found.progress_deadline_seconds, found.paused) == (300, True)
    assert (found.images, found.claims) == (("main:1",), ("data",))
    assert (found.resources.cpu_request, found.resources.memory_limit) == (0.25, 2**30)
    assert found.resources.cpu_limit is None
    assert found.selector.matches({"app": "web", "more": "yes"})
    assert found.conditions[0].reason == "ReplicaSetUpdated"


def test_stateful_set() -> None:
    found = row(
        "StatefulSet",
        {
            "metadata": meta("db", ownerReferences=owner("Postgres", "main")),
            "spec": {
                "template": template(app="db"),
                "updateStrategy": {"type": "OnDelete"},
                "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
            },
            "status": {"replicas": 1, "updateRevision": "db-7"},
        },
    )
    assert (found.desired, found.current, found.ready) == (1, 1, 0)
    assert (found.strategy, found.claim_templates, found.template_hash) == ("OnDelete", ("data",), "db-7")
    assert (found.owner_kind, found.owner_name) == ("Postgres", "main")


def test_daemon_set() -> None:
    found = row(
        "DaemonSet",
        {
            "metadata": meta("agent"),
            "status": {
                "desiredNumberScheduled": 4,
                "currentNumberScheduled": 3,
                "numberReady": 2,
                "numberAvailable": 1,
                "updatedNumberScheduled": 3,
            },
        },
    )
    assert (found.desired, found.current, found.ready, found.available, found.updated) == (4, 3, 2, 1, 3)


def test_replica_set() -> None:
    found = row(
        "ReplicaSet",
        {
            "metadata": meta(
                "web-abc", labels={"pod-template-hash": "abc"}, ownerReferences=owner("Deployment", "web")
            ),
            "spec": {"replicas": 0},
            "status": {"replicas": 0},
        },
    )
    assert (found.desired, found.template_hash, found.owner_uid) == (0, "abc", "uid-web")


def test_service() -> None:
    found = row(
        "Service",
        {
            "metadata": meta("web"),
            "spec": {
                "type": "LoadBalancer",
                "clusterIP": "10.96.0.9",
                "selector": {"app": "web"},
                "ports": [{"name": "http", "port": 80, "targetPort": "http", "nodePort": 30080, "protocol": "TCP"}],
            },
            "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example"}, {"ip": "1.2.3.4"}]}},
        },
    )
    assert (found.type, found.cluster_ip, found.external) == (
        "LoadBalancer",
        "10.96.0.9",
        ("lb.example", "1.2.3.4"),
    )
    assert found.ports == (PortRow(80, "http", "TCP", "http", 30080),)
    assert found.selector == {"app": "web"}


def test_endpoint_slice() -> None:
    pod = {"kind": "Pod", "name": "web-1", "uid": "u-1"}
    found = row(
        "EndpointSlice",
        {
            "metadata": meta("web-x", labels={"kubernetes.io/service-name": "web"}),
            "endpoints": [
                {"conditions": {"ready": False, "serving": True, "terminating": True}, "targetRef": pod},
                {"conditions": {}, "targetRef": None},
            ],
        },
    )
    assert found.service == "web"
    assert found.endpoints == (
        EndpointRow("u-1", "web-1", ready=False, serving=True, terminating=True),
        EndpointRow("", "", ready=True, serving=True, terminating=False),
    )
    assert row("EndpointSlice", {"metadata": meta("empty"), "endpoints": None}).endpoints == ()


def test_ingress() -> None:
    def backend(service: str, **port: Any) -> Object:
        return {"service": {"name": service, "port": port}}

    found = row(
        "Ingress",
        {
            "metadata": meta("web"),
            "spec": {
                "ingressClassName": "nginx",
                "defaultBackend": backend("fallback", name="http"),
                "tls": [{"hosts": ["a.example"]}],
                "rules": [
                    {"host": "a.example", "http": {"paths": [{"path": "/", "backend": backend("web", number=80)}]}},
                    {"host": "empty.example"},
                ],
            },
        },
    )
    assert found.rules == (
        IngressRuleRow("a.example", "/", "web", 80),
        IngressRuleRow("", "", "fallback", "http"),
    )
    assert (found.class_name, found.tls_hosts) == ("nginx", ("a.example",))


def test_autoscaler() -> None:
    def cpu(**value: Any) -> Object:
        return {"type": "Resource", "resource": {"name": "cpu", **value}}

    queue = {
        "type": "Pods",
        "pods": {"metric": {"name": "queue"}, "target": {"type": "AverageValue", "averageValue": "30"}},
    }
    found = row(
        "HorizontalPodAutoscaler",
        {
            "metadata": meta("web"),
            "spec": {
                "scaleTargetRef": {"kind": "Deployment", "name": "web"},
                "maxReplicas": 9,
                "metrics": [cpu(target={"type": "Utilization", "averageUtilization": 70}), queue],
            },
            "status": {
                "currentReplicas": 2,
                "desiredReplicas": 3,
                "currentMetrics": [cpu(current={"averageUtilization": 91, "averageValue": "91m"})],
                "lastScaleTime": "2026-01-01T00:00:00Z",
            },
        },
    )
    assert (found.target_kind, found.target_name) == ("Deployment", "web")
    assert (found.min_replicas, found.max_replicas, found.current, found.desired) == (1, 9, 2, 3)
    assert found.metrics == (
        HpaMetricRow("cpu", "Utilization", "70", "91"),
        HpaMetricRow("queue", "AverageValue", "30", None),
    )


def test_budget() -> None:
    found = row(
        "PodDisruptionBudget",
        {
            "metadata": meta("web"),
            "spec": {
                "maxUnavailable": "50%",
                "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]},
            },
            "status": {"disruptionsAllowed": 1, "currentHealthy": 2, "desiredHealthy": 1, "expectedPods": 2},
        },
    )
    assert (found.disruptions_allowed, found.current_healthy, found.desired_healthy) == (1, 2, 1)
    assert (found.expected_pods, found.max_unavailable, found.min_available) == (2, "50%", None)
    assert found.selector.matches({"app": "api"})
    assert row("PodDisruptionBudget", {"metadata": meta("none"), "spec": {}}).selector is None


def test_claim_quota_namespace() -> None:
    claim = row(
        "PersistentVolumeClaim",
        {
            "metadata": meta("data"),
            "spec": {
                "storageClassName": "fast",
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "10Gi"}},
            },
            "status": {"phase": "Bound", "capacity": {"storage": "20Gi"}},
        },
    )
    assert (claim.phase, claim.storage_class) == ("Bound", "fast")
    assert (claim.requested_bytes, claim.capacity_bytes) == (10 * 2**30, 20 * 2**30)
    quota = row(
        "ResourceQuota",
        {
            "metadata": meta("all"),
            "status": {"hard": {"requests.cpu": "4", "pods": "10"}, "used": {"requests.cpu": "1500m"}},
        },
    )
    assert (quota.hard, quota.used) == ({"requests.cpu": 4.0, "pods": 10.0}, {"requests.cpu": 1.5})
    namespace = row("Namespace", {"metadata": {"name": "shop"}, "status": {"phase": "Terminating"}})
    assert (namespace.namespace, namespace.name, namespace.phase) == ("", "shop", "Terminating")


def test_node() -> None:
    found = row(
        "Node",
        {
            "metadata": {"name": "n-1", "labels": {"node-role.kubernetes.io/control-plane": ""}},
            "spec": {"unschedulable": True, "taints": [{"key": "k", "effect": "NoSchedule"}]},
            "status": {
                "conditions": [
                    condition("MemoryPressure", "False"),
                    condition("Ready", "Unknown", "NodeStatusUnknown"),
                ],
                "capacity": {"cpu": "8", "memory": "32Gi", "pods": "110"},
                "allocatable": {"cpu": "7900m", "memory": "31Gi", "pods": "110"},
                "nodeInfo": {"kubeletVersion": "v1.36.3"},
                "addresses": [{"type": "Hostname", "address": "n-1"}, {"type": "InternalIP", "address": "10.1.1.1"}],
            },
        },
    )
    assert (found.ready, found.unschedulable, found.version) == (False, True, "v1.36.3")
    assert (found.roles, found.internal_ip) == (("control-plane",), "10.1.1.1")
    assert found.allocatable == {"cpu": 7.9, "memory": 31 * 2.0**30, "pods": 110.0}
    assert found.taints == (TaintRow("k", "", "NoSchedule"),)


def test_jobs() -> None:
    job = row(
        "Job",
        {
            "metadata": meta("backup-1", ownerReferences=owner("CronJob", "backup")),
            "spec": {"completions": 1, "parallelism": 1, "template": template()},
            "status": {"failed": 2, "startTime": "2026-01-01T00:00:00Z", "conditions": [condition("Failed", "True")]},
        },
    )
    assert (job.active, job.succeeded, job.failed, job.owner_name) == (0, 0, 2, "backup")
    cron = row(
        "CronJob",
        {
            "metadata": meta("backup"),
            "spec": {
                "schedule": "0 3 * * *",
                "timeZone": "Europe/Berlin",
                "suspend": True,
                "jobTemplate": {"spec": {"template": template()}},
            },
            "status": {"active": [{"name": "backup-1"}], "lastScheduleTime": "2026-01-01T03:00:00Z"},
        },
    )
    assert (cron.schedule, cron.time_zone, cron.suspended, cron.active) == ("0 3 * * *", "Europe/Berlin", True, 1)
    assert cron.images == ("main:1",)


@pytest.mark.parametrize(
    ("times", "count", "first", "last"),
    [
        (
            {"firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:10:00Z", "count": 5},
            5,
            0,
            600,
        ),
        (
            {"firstTimestamp": None, "lastTimestamp": None, "eventTime": "2026-01-01T00:01:00.500000Z"},
            1,
            60.5,
            60.5,
        ),
        (
            {
                "eventTime": "2026-01-01T00:01:00.000000Z",
                "series": {"count": 9, "lastObservedTime": "2026-01-01T00:02:00.000000Z"},
            },
            9,
            60,
            120,
        ),
    ],
)
def test_events_of_both_generations(times: Object, count: int, first: float, last: float) -> None:
    found = row(
        "Event",
        {
            "metadata": meta("web-1.1"),
            "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-1", "uid": "u-1"},
            "type": "Warning",
            "reason": "BackOff",
            "message": "m" * 2000,
            "source": {"component": "kubelet"},
            **times,
        },
    )
    assert (found.count, found.first_seen - found.created_at, found.last_seen - found.created_at) == (
        count,
        first,
        last,
    )
    assert (found.involved_uid, found.source, len(found.message)) == ("u-1", "kubelet", 512)


def test_selectors() -> None:
    def one(operator: str, *values: str) -> Selector:
        return Selector({}, (Requirement("tier", operator, values),))

    assert one("In", "web").matches({"tier": "web"})
    assert not one("In", "web").matches({})
    assert one("NotIn", "web").matches({})
    assert not one("NotIn", "web").matches({"tier": "web"})
    assert one("Exists").matches({"tier": ""})
    assert one("DoesNotExist").matches({"other": "x"})
    assert not one("Gt", "1").matches({"tier": "2"})
    assert Selector().matches({})
    assert Selector().empty


@pytest.mark.parametrize(
    ("annotations", "scrape"),
    [
        ({"scrape": "true", "port": "8080"}, "8080/metrics"),
        (
            {"scrape": "true", "port": "9102", "path": "/actuator/prometheus", "scheme": "http"},
            "9102/actuator/prometheus",
        ),
        ({"scrape": "false", "port": "8080"}, ""),
        ({"scrape": "true"}, ""),
        ({"scrape": "true", "port": "http"}, ""),
        ({"scrape": "true", "port": "70000"}, ""),
        ({"scrape": "true", "port": "8080", "scheme": "https"}, ""),
        ({"scrape": "true", "port": "8080", "path": "/../../secrets"}, ""),  # would lead out of the pod
        ({"scrape": "true", "port": "8080", "path": "/a//b"}, ""),
        ({"scrape": "true", "port": "8080", "path": "/metrics?x=y"}, ""),
        ({"scrape": "true", "port": "8080", "path": "/" + "m" * 300}, ""),
        (None, ""),
    ],
)
def test_what_a_pod_asks_to_have_scraped(annotations: dict[str, str] | None, scrape: str) -> None:
    named = annotations and {f"prometheus.io/{name}": value for name, value in annotations.items()}
    pod = {"metadata": meta("a", annotations=named), "spec": {}, "status": {}}
    assert row("Pod", pod).scrape == scrape
