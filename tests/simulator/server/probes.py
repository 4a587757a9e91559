"""Requests that the simulator and a real API server have to answer alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
NAMESPACE = "hexaops-compare"
CORE = f"/api/v1/namespaces/{NAMESPACE}"
APPS = f"/apis/apps/v1/namespaces/{NAMESPACE}"
BATCH = f"/apis/batch/v1/namespaces/{NAMESPACE}"
WEB = f"{APPS}/deployments/web"
MERGE, STRATEGIC, JSON_PATCH = (
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/json-patch+json",
)


@dataclass(frozen=True)
class Probe:
    """One request."""

    method: str
    path: str
    body: Any = None
    media: str = "application/json"
    accept: str = "application/json"

    def __str__(self) -> str:
        shown = "" if self.body is None else f" {str(self.body)[:60]}"
        return f"{self.method} {self.path} {self.media.split('/')[-1].split('+')[0]}{shown}"


def workload(kind: str = "Deployment", **spec: Any) -> Object:
    """A workload that no controller has to act on for the answer."""
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "probe"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "b:1"}]}},
            **spec,
        },
    }


def patches(query: str = "?dryRun=All") -> list[Probe]:
    """Patches of the Deployment `web`."""
    path = f"{WEB}{query}"
    template = {
        "spec": {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "A", "value": "1"}]}]}}}
    }
    merges: list[Any] = [
        {"metadata": {"resourceVersion": "1"}}, {"metadata": {"name": "abc"}}, {"metadata": {"namespace": "abc"}},
        {"spec": {"replicas": -1}}, {"spec": {"replicas": 4}}, {"spec": {"selector": {"matchLabels": {"app": "x"}}}},
        {"spec": {"template": {"spec": {"containers": [{"name": "main"}]}}}},
        {"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}}, [1],
    ]  # fmt: skip
    strategic: list[Any] = [
        template, {"spec": {"template": {"spec": {"containers": [{"image": "foo"}]}}}},
        {"spec": {"template": {"spec": {"containers": [{"$patch": "bad", "name": "main"}]}}}},
        {"spec": {"template": {"spec": {"containers": [{"name": "main", "$patch": "delete"}]}}}},
        {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "s:1"}]}}}},
        {"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "side"}, {"name": "main"}],
                                        "containers": [{"name": "side", "image": "s:1"}]}}}},
        {"spec": {"template": {"spec": {"nodeSelector": {"x": "y"}, "$retainKeys": ["containers", "nodeSelector"]}}}},
        {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}},
    ]  # fmt: skip
    steps: list[Any] = [
        [{"op": "test", "path": "/spec/replicas", "value": 99}], [{"op": "remove", "path": "/spec/nope"}],
        [{"op": "add", "path": "/spec/no/pe", "value": 1}], [{"op": "foo", "path": "/spec"}], {"a": 1},
        [{"op": "replace", "path": "/spec/replicas", "value": 5}],
        [{"op": "add", "path": "/metadata/labels/x~1y", "value": "z"}],
    ]  # fmt: skip
    return [
        *(Probe("PATCH", path, body, MERGE) for body in merges),
        *(Probe("PATCH", path, body, STRATEGIC) for body in strategic),
        *(Probe("PATCH", path, body, JSON_PATCH) for body in steps),
        Probe("PATCH", path, {"spec": {}}),
        Probe("PATCH", f"{APPS}/deployments/nope", {"spec": {"replicas": 1}}, MERGE),
    ]


def reads() -> list[Probe]:
    """Reads, most of them wrong."""
    wrong = [
        "limit=abc", "resourceVersion=abc", "resourceVersion=99999999", "resourceVersionMatch=Exact",
        "resourceVersionMatch=Foo&resourceVersion=1", "resourceVersionMatch=Exact&resourceVersion=0",
        "labelSelector=a%20%20b", "labelSelector=a%20in%20b", "labelSelector=-a%3Db", "fieldSelector=spec.foo%3Db",
        "fieldSelector=abc", "sendInitialEvents=true", "watch=1&resourceVersion=abc", "watch=1&sendInitialEvents=true",
    ]  # fmt: skip
    paths = [
        f"{CORE}/pods/nope", f"{APPS}/deployments/nope", f"{CORE}/foos", "/apis/nope/v1", "/nope", f"{WEB}/scale",
        f"{APPS}/deployments?fieldSelector=spec.foo%3Db", f"{APPS}/daemonsets/x/scale", f"{CORE}/pods/nope/log",
        f"{CORE}/pods/nope/eviction", "/api/v1/namespaces/nowhere/pods?limit=1", "/api/v1/namespaces/nowhere",
        "/healthz", "/api/v1/nodes/nope", "/apis/metrics.k8s.io/v1beta1/namespaces/nowhere/pods/nope",
    ]  # fmt: skip
    return [
        *(Probe("GET", f"{CORE}/pods?{query}") for query in wrong),
        *(Probe("GET", path) for path in paths),
    ]


def creations() -> list[Probe]:
    """Objects that are made in a dry run, or refused."""
    path = f"{APPS}/deployments"
    review = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    pod = {"metadata": {"name": "lone"}, "spec": {"containers": []}}
    service = {"metadata": {"name": "s"}, "spec": {"selector": {"a": "b"}, "ports": [{"port": 80}]}}
    claim: Object = {"metadata": {"name": "s"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}}
    return [
        *(
            Probe("POST", f"{path}?dryRun=All", body)
            for body in (
                {}, {"metadata": {"name": "x"}}, {**workload(), "metadata": {"name": "X_"}}, workload(replicas=-1),
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}, workload(),
                {**workload(), "metadata": {"name": "x", "namespace": "other"}}, {**workload(), "metadata": {}},
                {**workload(), "metadata": {"name": "web"}},
            )
        ),
        Probe("POST", f"{path}?dryRun=Foo", workload()),
        Probe("POST", f"{path}?fieldValidation=Strict", {**workload(foo=1), "spek": 1}),
        Probe("POST", f"{path}?fieldValidation=Bad", workload()),
        Probe("POST", path, "a: b", "text/plain"),
        Probe("POST", "/apis/apps/v1/deployments", workload()),
        Probe("POST", "/apis/apps/v1/namespaces/nowhere/deployments", workload()),
        Probe("POST", f"{APPS}/statefulsets?dryRun=All", workload("StatefulSet", serviceName="x")),
        Probe("POST", f"{APPS}/daemonsets?dryRun=All", workload("DaemonSet")),
        Probe("POST", f"{APPS}/replicasets?dryRun=All", workload("ReplicaSet")),
        Probe("POST", f"{CORE}/pods?dryRun=All", pod),
        Probe("POST", f"{CORE}/services?dryRun=All", service),
        Probe("POST", f"{CORE}/services?dryRun=All", {**service, "spec": {}}),
        Probe("POST", f"{CORE}/configmaps?dryRun=All", {"metadata": {"name": "q"}, "data": {"a": "1"}}),
        Probe("POST", f"{CORE}/configmaps?dryRun=All", {"metadata": {"name": "q"}, "data": {"a": 1}}),
        Probe("POST", f"{CORE}/secrets?dryRun=All", {"metadata": {"name": "q"}, "stringData": {"a": "1"}}),
        Probe("POST", "/api/v1/namespaces?dryRun=All", {"metadata": {"name": "q"}}),
        Probe("POST", f"/apis/autoscaling/v2/namespaces/{NAMESPACE}/horizontalpodautoscalers?dryRun=All",
              {**claim, "spec": {**claim["spec"], "minReplicas": 5, "maxReplicas": 2}}),
        Probe("POST", f"/apis/autoscaling/v2/namespaces/{NAMESPACE}/horizontalpodautoscalers?dryRun=All",
              {**claim, "spec": {**claim["spec"], "maxReplicas": 2}}),
        Probe("POST", f"/apis/autoscaling/v2/namespaces/{NAMESPACE}/horizontalpodautoscalers?dryRun=All",
              {**claim, "spec": {"maxReplicas": 2, "scaleTargetRef": {
                  "apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}),
        Probe("POST", f"/apis/policy/v1/namespaces/{NAMESPACE}/poddisruptionbudgets?dryRun=All",
              {"metadata": {"name": "s"}, "spec": {"minAvailable": 1, "maxUnavailable": 1}}),
        Probe("POST", f"{BATCH}/jobs?dryRun=All", {"metadata": {"name": "j"}, "spec": {
            "template": {"spec": {"containers": [{"name": "a", "image": "b:1"}]}}}}),
        Probe("POST", f"{BATCH}/cronjobs?dryRun=All", {"metadata": {"name": "j"}, "spec": {
            "schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": {
                "restartPolicy": "Never", "containers": [{"name": "a", "image": "b:1"}]}}}}}}),
        Probe("POST", review, {"spec": {"user": "bob"}}),
        Probe("POST", review, {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}),
        Probe("POST", review, {"spec": {"user": "bob", "resourceAttributes": {"verb": "get", "resource": "pods"}}}),
    ]  # fmt: skip


def policies() -> list[Probe]:
    """Network policies, most of them wrong."""
    path = f"/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/networkpolicies?dryRun=All"
    specs: list[Object] = [
        {}, {"podSelector": {"matchLabels": {"a": "b"}}, "egress": [{"ports": [{"port": 53}]}]},
        {"podSelector": {}, "policyTypes": ["Sideways"]}, {"podSelector": {}, "ingress": [{"from": [{}]}]},
        {"podSelector": {}, "ingress": [{"ports": [{"port": 0, "protocol": "TIPC"}]}]},
        {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
    ]  # fmt: skip
    return [Probe("POST", path, {"metadata": {"name": "s"}, "spec": spec}) for spec in specs]


def other_writes() -> list[Probe]:
    """Updates, scales, deletions and evictions that are refused or only tried."""
    return [
        Probe("PUT", f"{APPS}/deployments/nope?dryRun=All", {**workload(), "metadata": {"name": "nope"}}),
        Probe("PUT", f"{WEB}?dryRun=All", workload()),
        *(
            Probe("PUT", f"{WEB}/scale?dryRun=All", {"metadata": metadata, "spec": {"replicas": count}})
            for metadata, count in (
                ({"name": "web"}, -1), ({"name": "web"}, 4), ({"name": "web", "resourceVersion": "1"}, 4),
                ({"name": "foo"}, 4),
            )
        ),
        Probe("PATCH", f"{WEB}/scale?dryRun=All", {"spec": {"replicas": 5}}, MERGE),
        Probe("PATCH", f"{WEB}/scale?dryRun=All", {"spec": {"replicas": -5}}, MERGE),
        Probe("PATCH", f"{APPS}/deployments/nope/scale", {"spec": {"replicas": 5}}, MERGE),
        *(Probe(method, path, {}) for method, path in (
            ("POST", f"{WEB}/scale"), ("POST", WEB), ("PUT", f"{APPS}/deployments"), ("DELETE", "/api/v1/pods"))),
        *(
            Probe("DELETE", f"{WEB}?dryRun=All", body)
            for body in (
                None, {"preconditions": {"uid": "x"}}, {"preconditions": {"resourceVersion": "1"}},
                {"propagationPolicy": "Foo"}, {"propagationPolicy": "Foreground"},
            )
        ),
        Probe("DELETE", f"{APPS}/deployments/nope"),
        Probe("DELETE", f"{CORE}/configmaps?labelSelector=x%3Dy"),
        Probe("POST", f"{CORE}/pods/nope/eviction", {"metadata": {"name": "nope"}}),
        Probe("POST", f"{CORE}/pods/nope/eviction", {"metadata": {"name": "other"}}),
    ]  # fmt: skip
