"""The command line of each process of the control plane."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from plane.binaries import HERE, module_folder

PARTS = ("kube-controller-manager", "kube-scheduler", "kwok", "metrics-server")
"""Processes with a user of their own, so that the audit log tells them from everyone else and leaves them out."""
PORTS = ("etcd", "peer", "api", "controllers", "scheduler", "kubelet", "metrics")
Ports = Mapping[str, int]


def write_audit_policy(path: Path) -> None:
    """Writes of everyone but the parts, with bodies."""
    path.write_text(
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n"
        "- level: None\n  verbs: [get, list, watch]\n"
        "- level: None\n  userGroups: ['system:nodes', 'system:serviceaccounts:kube-system']\n"
        f"- level: None\n  users: {json.dumps(['system:apiserver', *PARTS])}\n"
        "- level: RequestResponse\n"
    )


def etcd(folder: Path, ports: Ports) -> list[str]:
    """The store; it need not survive the machine."""
    client, peer = f"http://127.0.0.1:{ports['etcd']}", f"http://127.0.0.1:{ports['peer']}"
    return [
        "--data-dir", f"{folder}/etcd", "--listen-client-urls", client, "--advertise-client-urls", client,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
        "--unsafe-no-fsync", "--quota-backend-bytes", str(4 << 30), "--log-level", "warn",
    ]  # fmt: skip


def api_server(folder: Path, ports: Ports) -> list[str]:
    """The API server, with RBAC, an audit log, and the front proxy's certificates for metrics.k8s.io."""
    pki = folder / "pki"
    return [
        "--etcd-servers", f"http://127.0.0.1:{ports['etcd']}", "--bind-address", "127.0.0.1",
        "--secure-port", str(ports["api"]), "--permit-address-sharing",
        "--tls-cert-file", f"{pki}/server.crt", "--tls-private-key-file", f"{pki}/server.key",
        "--client-ca-file", f"{pki}/ca.crt", "--token-auth-file", f"{folder}/tokens.csv",
        "--authorization-mode", "Node,RBAC",
        "--service-account-issuer", "https://kubernetes.default.svc.cluster.local",
        "--service-account-key-file", f"{pki}/service-account.key",
        "--service-account-signing-key-file", f"{pki}/service-account.key",
        "--service-cluster-ip-range", "10.96.0.0/16", "--endpoint-reconciler-type", "none",
        "--requestheader-client-ca-file", f"{pki}/ca.crt", "--requestheader-allowed-names", "front-proxy",
        "--requestheader-extra-headers-prefix", "X-Remote-Extra-", "--requestheader-group-headers", "X-Remote-Group",
        "--requestheader-username-headers", "X-Remote-User",
        "--proxy-client-cert-file", f"{pki}/front-proxy.crt", "--proxy-client-key-file", f"{pki}/front-proxy.key",
        "--kubelet-certificate-authority", f"{pki}/ca.crt", "--kubelet-preferred-address-types", "InternalIP",
        "--kubelet-client-certificate", f"{pki}/front-proxy.crt", "--kubelet-client-key", f"{pki}/front-proxy.key",
        "--allow-privileged", "--audit-policy-file", f"{folder}/audit-policy.yaml",
        "--audit-log-path", f"{folder}/audit.log",
    ]  # fmt: skip


def controller_manager(folder: Path, ports: Ports, login: list[str]) -> list[str]:
    """The control loops; the HPA looks every 5 s, so that a test need not wait."""
    pki = folder / "pki"
    return [
        *login, "--secure-port", str(ports["controllers"]), "--bind-address", "127.0.0.1", "--leader-elect=false",
        "--use-service-account-credentials", "--service-account-private-key-file", f"{pki}/service-account.key",
        "--root-ca-file", f"{pki}/ca.crt", "--horizontal-pod-autoscaler-sync-period", "5s",
        "--kube-api-qps", "500", "--kube-api-burst", "1000",
    ]  # fmt: skip


def scheduler(ports: Ports, login: list[str]) -> list[str]:
    """The scheduler."""
    return [
        *login, "--secure-port", str(ports["scheduler"]), "--bind-address", "127.0.0.1", "--leader-elect=false",
        "--kube-api-qps", "500", "--kube-api-burst", "1000",
    ]  # fmt: skip


def log_definition() -> Path:
    """The kind by which kwok is told what a pod logs."""
    return module_folder("sigs.k8s.io/kwok") / "kustomize" / "crd" / "bases" / "kwok.x-k8s.io_logs.yaml"


def definitions() -> Path:
    """The kinds of other projects that the service uses, as our own minimal definitions."""
    return HERE / "crds"


def kwok(folder: Path, ports: Ports) -> list[str]:
    """Nodes and pods without kubelets, as `stages.yaml` says."""
    pki = folder / "pki"
    metrics = module_folder("sigs.k8s.io/kwok") / "kustomize" / "metrics"
    return [
        "--kubeconfig", f"{folder}/kwok.kubeconfig", "--manage-all-nodes", "--node-ip", "127.0.0.1",
        "--node-port", str(ports["kubelet"]), "--server-address", f"127.0.0.1:{ports['kubelet']}",
        "--tls-cert-file", f"{pki}/server.crt", "--tls-private-key-file", f"{pki}/server.key",
        "--node-lease-duration-seconds", "40", "--enable-crds", "Logs", "--config", str(HERE / "stages.yaml"),
        "--config", str(metrics / "resource" / "metrics-resource.yaml"),
        "--config", str(metrics / "usage" / "usage-from-annotation.yaml"),
    ]  # fmt: skip


def metrics_server(folder: Path, ports: Ports, login: list[str]) -> list[str]:
    """metrics.k8s.io from kwok's figures."""
    pki = folder / "pki"
    return [
        *login, "--secure-port", str(ports["metrics"]), "--bind-address", "127.0.0.1",
        "--tls-cert-file", f"{pki}/server.crt", "--tls-private-key-file", f"{pki}/server.key",
        "--kubelet-insecure-tls", "--kubelet-use-node-status-port", "--kubelet-preferred-address-types", "InternalIP",
        "--metric-resolution", "15s",
    ]  # fmt: skip
