"""A namespace as real clusters have them, with every weakness that was put into it named; and a clean one.

Written before the scan was run on it, from how these look in practice: monitoring and CI agents, VPN sidecars, charts
that set sysctls in an init container, images that must be root, credentials in plain variables, and broad RBAC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]
SEEDED, CLEAN = "legacy", "clean"
API = {"Deployment": "apps/v1", "DaemonSet": "apps/v1", "StatefulSet": "apps/v1", "CronJob": "batch/v1"}
HARD: Object = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
HARD_POD: Object = {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
UNSET = frozenset({"allowPrivilegeEscalation", "runAsNonRoot", "seccompProfile_restricted", "capabilities_restricted"})
"""Controls that a template without any securityContext does not keep."""


def container(name: str = "app", context: Mapping[str, Any] | None = None, **more: Any) -> Object:
    return {
        "name": name,
        "image": f"registry.example/{name}:1.4",
        "securityContext": {**HARD, **(context or {})},
        **more,
    }


def template(
    name: str, *containers: Object, pod: Object | None = None, notes: Object | None = None, **spec: Any
) -> Object:
    metadata: Object = {"labels": {"app": name}, "annotations": notes or {}}
    held = {"securityContext": {**HARD_POD, **(pod or {})}, "serviceAccountName": name, **spec}
    return {"metadata": metadata, "spec": {"containers": [*containers] or [container()], **held}}


def workload(kind: str, namespace: str, name: str, made: Object) -> Object:
    spec: Object = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": made}
    if kind == "CronJob":
        made = {**made, "spec": {**made["spec"], "restartPolicy": "Never"}}
        spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": made}}}
    metadata = {"name": name, "namespace": namespace, "uid": f"{namespace}-{name}"}
    return {"apiVersion": API[kind], "kind": kind, "metadata": metadata, "spec": spec}


def host_path(path: str) -> Object:
    return {"name": path.strip("/").replace("/", "-") or "root", "hostPath": {"path": path}}


PODS: dict[tuple[str, str], tuple[Object, frozenset[str]]] = {
    ("Deployment", "legacy-shop"): (
        {"metadata": {}, "spec": {"containers": [{"name": "web", "image": "nginx:1.21"}],
                                  "serviceAccountName": "legacy-shop"}},
        UNSET,
    ),
    ("DaemonSet", "node-exporter"): (
        template("node-exporter", container(ports=[{"containerPort": 9100, "hostPort": 9100}]), hostNetwork=True,
                 hostPID=True, volumes=[host_path("/proc"), host_path("/sys")]),
        frozenset({"hostNamespaces", "hostPorts", "hostPathVolumes", "restrictedVolumes"}),
    ),
    ("DaemonSet", "log-agent"): (
        template("log-agent", pod={"runAsNonRoot": False, "runAsUser": 0}, volumes=[host_path("/var/log")]),
        frozenset({"hostPathVolumes", "restrictedVolumes", "runAsNonRoot", "runAsUser"}),
    ),
    ("Deployment", "ci-runner"): (
        template("ci-runner", container(), container("dind", {"privileged": True, "allowPrivilegeEscalation": True})),
        frozenset({"privileged", "allowPrivilegeEscalation"}),
    ),
    ("Deployment", "docker-builder"): (
        template("docker-builder", volumes=[host_path("/var/run/docker.sock")]),
        frozenset({"hostPathVolumes", "restrictedVolumes"}),
    ),
    ("Deployment", "vpn-gateway"): (
        template("vpn-gateway", container(context={"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}})),
        frozenset({"capabilities_baseline", "capabilities_restricted"}),
    ),
    ("Deployment", "profiler"): (
        template("profiler", container(context={"capabilities": {"add": ["SYS_PTRACE"]}}), hostIPC=True),
        frozenset({"capabilities_baseline", "capabilities_restricted", "hostNamespaces"}),
    ),
    ("StatefulSet", "search"): (
        template("search", initContainers=[
            container("sysctl", {"privileged": True, "runAsUser": 0, "runAsNonRoot": False})]),
        frozenset({"privileged", "runAsUser", "runAsNonRoot"}),
    ),
    ("Deployment", "edge-proxy"): (
        template("edge-proxy", pod={"sysctls": [{"name": "net.core.somaxconn", "value": "4096"}]}),
        frozenset({"sysctls"}),
    ),
    ("Deployment", "chrome-render"): (
        template("chrome-render", container(context={"seccompProfile": {"type": "Unconfined"}})),
        frozenset({"seccompProfile_baseline", "seccompProfile_restricted"}),
    ),
    ("Deployment", "old-java"): (
        template("old-java", notes={"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}),
        frozenset({"appArmorProfile"}),
    ),
    ("DaemonSet", "storage-agent"): (
        template("storage-agent", pod={"seLinuxOptions": {"type": "spc_t"}}),
        frozenset({"seLinuxOptions"}),
    ),
    ("Deployment", "sandbox"): (
        template("sandbox", container(context={"procMount": "Unmasked"})),
        frozenset({"procMount", "procMount_restricted"}),
    ),
    ("StatefulSet", "media-store"): (
        template("media-store", volumes=[{"name": "share", "nfs": {"server": "10.0.0.5", "path": "/media"}}]),
        frozenset({"restrictedVolumes"}),
    ),
    ("Deployment", "health-relay"): (
        template("health-relay", container(livenessProbe={"httpGet": {"host": "169.254.169.254", "port": 80}})),
        frozenset({"hostProbesAndHostLifecycle"}),
    ),
    ("CronJob", "nightly-dump"): (
        template("nightly-dump", pod={"runAsNonRoot": False}, volumes=[host_path("/backup")]),
        frozenset({"runAsNonRoot", "hostPathVolumes", "restrictedVolumes"}),
    ),
    ("Deployment", "billing"): (
        template("billing", container(env=[{"name": "DB_PASSWORD", "value": "Sommer2019!kundendb"}])),
        frozenset({"secret-in-env"}),
    ),
    ("Deployment", "uploader"): (
        template("uploader", container(env=[
            {"name": "AWS_SECRET_ACCESS_KEY", "value": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"}])),
        frozenset({"secret-in-env"}),
    ),
}  # fmt: skip
"""By kind and name: the pod template, and what it does not keep."""

CLEAN_PODS: dict[tuple[str, str], Object] = {
    ("Deployment", "web"): template("web", container(ports=[{"containerPort": 8080}], env=[
        {"name": "PASSWORD_MIN_LENGTH", "value": "12"}, {"name": "TOKEN_URL", "value": "https://login.example/token"},
        {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}])),
    ("Deployment", "low-port"): template(
        "low-port", container(context={"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}})),
    ("StatefulSet", "db"): template(
        "db", pod={"fsGroup": 10001, "sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]},
        volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "tmp", "emptyDir": {}},
                 {"name": "conf", "configMap": {"name": "conf"}}]),
    ("DaemonSet", "agent"): template("agent", pod={"seLinuxOptions": {"type": "container_t", "level": "s0:c1,c2"}}),
    ("CronJob", "report"): template(
        "report", notes={"container.apparmor.security.beta.kubernetes.io/app": "runtime/default"}),
}  # fmt: skip


def seeded_workloads() -> list[Object]:
    return [workload(kind, SEEDED, name, made) for (kind, name), (made, _) in PODS.items()]


def clean_workloads() -> list[Object]:
    return [workload(kind, CLEAN, name, made) for (kind, name), made in CLEAN_PODS.items()]


def planted() -> set[str]:
    """As a report's keys name them."""
    return {f"{kind}/{SEEDED}/{name} {control}" for (kind, name), (_, found) in PODS.items() for control in found}


def _binding(kind: str, name: str, role: tuple[str, str], subject: Object) -> Object:
    metadata: Object = {"name": name} if kind == "ClusterRoleBinding" else {"name": name, "namespace": SEEDED}
    group = "rbac.authorization.k8s.io"
    given = {"apiGroup": group, "kind": role[0], "name": role[1]}
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": metadata, "roleRef": given, "subjects": [subject]}


def _role(name: str, **rule: Any) -> Object:
    given = {"apiGroups": ["*"], "resources": ["pods"], "verbs": ["get"], **rule}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name},
            "rules": [given]}  # fmt: skip


def _account(name: str, namespace: str = SEEDED) -> Object:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


ADMIN, EVERYTHING, VIEW = ("ClusterRole", "cluster-admin"), ("ClusterRole", "deployer"), ("ClusterRole", "pod-view")
RBAC: list[tuple[Object, str | None]] = [
    (_binding("ClusterRoleBinding", "helm-tiller", ADMIN, _account("tiller")), "rbac-cluster-admin"),
    (_binding("ClusterRoleBinding", "quick-fix", ADMIN, _account("default")), "rbac-cluster-admin"),
    (_binding("ClusterRoleBinding", "everyone", ADMIN, {"kind": "Group", "name": "system:authenticated"}),
     "rbac-cluster-admin"),
    (_binding("ClusterRoleBinding", "dashboard-open", ADMIN, {"kind": "User", "name": "system:anonymous"}),
     "rbac-cluster-admin"),
    (_binding("RoleBinding", "deploy-all", EVERYTHING, _account("ci")), "rbac-wildcard"),
    (_binding("ClusterRoleBinding", "public-pods", VIEW, {"kind": "Group", "name": "system:unauthenticated"}),
     "rbac-anonymous"),
    (_binding("RoleBinding", "team-view", VIEW, {"kind": "Group", "name": "team-a"}), None),
    (_binding("RoleBinding", "web-view", VIEW, _account("web", CLEAN)), None),
]  # fmt: skip
"""Bindings, and the rule that must find each; None: a clean one."""
ROLES = [
    _role("cluster-admin", resources=["*"], verbs=["*"]), _role("deployer", resources=["*"], verbs=["*"]),
    _role("pod-view"),
]  # fmt: skip


def planted_rbac() -> set[str]:
    """As a report's keys name them."""
    found = set()
    for binding, rule in RBAC:
        if rule is not None:
            metadata = binding["metadata"]
            place = "/".join(one for one in (binding["kind"], metadata.get("namespace"), metadata["name"]) if one)
            found.add(f"{place} {rule}")
    return found
