"""One control plane: its processes, its files under one folder, and what is asked of it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from plane import processes
from plane.binaries import KUBERNETES, build
from plane.credentials import make_certificates, write_kubeconfig

Object = dict[str, Any]
_NODE_INFO = ("architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion",
              "kubeletVersion", "machineID", "operatingSystem", "osImage", "systemUUID")  # fmt: skip
LARGE_NODE = {"cpu": "32", "memory": "256Gi", "ephemeral-storage": "100Gi", "pods": "110"}


PORTS = range(20_000, 32_000)
"""Below those that systems give to clients. A client that tries again and again to reach a server that is down, on a
port that it may be given itself, connects to itself in the end, and the server cannot take its port again."""


def free_ports(names: Sequence[str]) -> dict[str, int]:
    """Ports that nobody listens on now."""
    found: list[int] = []
    while len(found) < len(names):
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
    return dict(zip(names, found, strict=True))


class Plane:
    """The processes of one control plane and their files under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.kubeconfig = self.folder / "kubeconfig"
        self.authority = self.folder / "pki" / "ca.crt"
        self._pids = self.folder / "pids.json"
        self._commands = self.folder / "commands.json"

    @property
    def server(self) -> str:
        """The API server's URL."""
        return str(json.loads(self.kubeconfig.read_text())["clusters"][0]["cluster"]["server"])

    def start(self) -> None:
        """Start everything on free ports; ends the program when the folder is in use."""
        if self._pids.exists():
            sys.exit(f"control-plane: {self.folder} already holds a running control plane; stop it first")
        binaries = build()
        shutil.rmtree(self.folder, ignore_errors=True)
        make_certificates(self.folder / "pki")
        ports = free_ports(processes.PORTS)
        self._write_credentials(f"https://127.0.0.1:{ports['api']}")
        processes.write_audit_policy(self.folder / "audit-policy.yaml")
        self._spawn("etcd", processes.etcd(self.folder, ports))
        self._spawn("kube-apiserver", processes.api_server(self.folder, ports))
        self.wait("/readyz", seconds=120)
        manager, scheduler, kwok, metrics = processes.PARTS
        self._spawn(manager, processes.controller_manager(self.folder, ports, self._login(manager)))
        self._spawn(scheduler, processes.scheduler(ports, self._login(scheduler)))
        command = [binaries / "kubectl", "--kubeconfig", self.kubeconfig, "apply"]
        files = ["-f", processes.log_definition(), "-f", processes.definitions()]
        subprocess.run([*command, *files], check=True, stdout=subprocess.DEVNULL)
        self._spawn(kwok, processes.kwok(self.folder, ports))
        self._spawn(metrics, processes.metrics_server(self.folder, ports, self._login(metrics)))
        self._register_metrics(ports["metrics"])

    def restart(self, name: str) -> None:
        """Start one process again, as it was started, after somebody killed it; wait until the API server is ready."""
        killed = json.loads(self._pids.read_text())[name]
        deadline = time.monotonic() + 30
        while alive(killed) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._spawn(name, json.loads(self._commands.read_text())[name])
        self.wait("/readyz", seconds=120)

    def stop(self) -> None:
        """End the processes that `start` started, the last one first."""
        if not self._pids.exists():
            return
        pids: dict[str, int] = json.loads(self._pids.read_text())
        for name in reversed(pids):
            try:
                os.kill(pids[name], signal.SIGTERM)
            except ProcessLookupError:
                continue
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline and alive(pids[name]):
                time.sleep(0.1)
            if alive(pids[name]):
                os.kill(pids[name], signal.SIGKILL)
        self._pids.unlink(missing_ok=True)

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Ask the API server as its administrator; raises HTTPError."""
        configuration = json.loads(self.kubeconfig.read_text())
        patch = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(
            self.server + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {configuration['users'][0]['user']['token']}", "Content-Type": patch},
        )  # fmt: skip
        context = ssl.create_default_context(cafile=str(self.authority))
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            content = answer.read()
        return json.loads(content) if content.startswith(b"{") else content

    def wait(self, path: str, seconds: float) -> None:
        """Ask until there is an answer."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.request("GET", path)
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
                if time.monotonic() > deadline:
                    sys.exit(f"control-plane: {path} not ready in {seconds:.0f} s ({error}); see {self.folder}/*.log")
                time.sleep(0.2)

    def add_nodes(
        self, count: int, *, prefix: str = "node-", first: int | None = None, size: Object | None = None
    ) -> None:
        """Add nodes and wait until kwok has made them ready; `first` is the first one's number (after those there)."""
        have = {item["metadata"]["name"] for item in self.request("GET", "/api/v1/nodes")["items"]}
        begin = len(have) if first is None else first
        names = [f"{prefix}{number}" for number in range(begin, begin + count)]
        for name in names:
            if name not in have:
                self.request("POST", "/api/v1/nodes", _node(name, {**LARGE_NODE, **(size or {})}))
        deadline = time.monotonic() + 120
        ready: set[str] = set()
        while time.monotonic() < deadline:
            nodes = self.request("GET", "/api/v1/nodes")["items"]
            ready = {
                node["metadata"]["name"]
                for node in nodes
                for condition in node["status"].get("conditions", ())
                if condition["type"] == "Ready" and condition["status"] == "True"
            }
            if ready.issuperset(names):
                return
            time.sleep(0.5)
        sys.exit(f"control-plane: {len(set(names) - ready)} of {count} new nodes not ready in 120 s")

    def account(self, namespace: str, name: str, path: Path) -> None:
        """A kubeconfig that holds a token of a service account, as Kubernetes gives it to a pod."""
        url = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        answer = self.request("POST", url, {"spec": {"expirationSeconds": 86400}})
        write_kubeconfig(path, self.server, self.authority, answer["status"]["token"], name)

    def _credentials(self, user: str) -> Path:
        return self.kubeconfig if user == "admin" else self.folder / f"{user}.kubeconfig"

    def _write_credentials(self, server: str) -> None:
        tokens = self.folder / "tokens.csv"
        tokens.touch(mode=0o600)
        with tokens.open("w") as rows:
            for user in ("admin", *processes.PARTS):
                token = secrets.token_hex(16)
                rows.write(f"{token},{user},{user},system:masters\n")
                write_kubeconfig(self._credentials(user), server, self.authority, token)

    def _login(self, user: str) -> list[str]:
        flags = ("--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig")
        return [part for flag in flags for part in (flag, str(self._credentials(user)))]

    def _spawn(self, name: str, arguments: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [build(name) / name, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        _add(self._pids, name, process.pid)
        _add(self._commands, name, arguments)

    def _register_metrics(self, port: int) -> None:
        """Serve metrics.k8s.io from the metrics-server on this machine, by a Service that names its address."""
        spec: Object = {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]}
        body = {"metadata": {"name": "metrics-server"}, "spec": spec}
        self.request("POST", "/api/v1/namespaces/kube-system/services", body)
        spec = {
            "group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"namespace": "kube-system", "name": "metrics-server", "port": port},
        }  # fmt: skip
        body = {"metadata": {"name": "v1beta1.metrics.k8s.io"}, "spec": spec}
        self.request("POST", "/apis/apiregistration.k8s.io/v1/apiservices", body)


def _node(name: str, resources: Object) -> Object:
    information = {key: f"v{KUBERNETES}" if key == "kubeletVersion" else "kwok" for key in _NODE_INFO}
    metrics = f"/metrics/nodes/{name}/metrics/resource"
    return {
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"},
            "annotations": {"metrics.k8s.io/resource-metrics-path": metrics},
        },
        "status": {"capacity": resources, "allocatable": resources, "nodeInfo": information},
    }


def _add(path: Path, name: str, value: object) -> None:
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**known, name: value}))


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not, once its last thread has ended."""
    try:
        finished, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return any(runs(thread) for thread in Path(f"/proc/{pid}/task").glob("*"))
    return finished == 0


def runs(thread: Path) -> bool:
    """Whether a thread has not ended: the first of a killed process may end long before those that hold its sockets."""
    try:
        return (thread / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
