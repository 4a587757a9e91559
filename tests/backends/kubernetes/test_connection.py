"""Identities: kubeconfig, in-cluster account, token files and exec plugins."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.errors import KubernetesConfigError, KubernetesForbiddenError
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.kit.clock import Clock, ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.kubernetes.api_server import ApiServer, status_body


def write_kubeconfig(path: Path, url: str, **users: dict[str, Any]) -> Path:
    """A kubeconfig with one context a user; the first is the current one."""
    config = {
        "clusters": [{"name": "here", "cluster": {"server": url}}],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [{"name": name, "context": {"cluster": "here", "user": name}} for name in users],
        "current-context": next(iter(users)),
    }
    path.write_text(yaml.safe_dump(config))
    return path


async def ask(connection: ClusterConnection, *, times: int = 1, clock: Clock | None = None) -> None:
    """Some reads with this connection."""
    client = KubernetesClient(KubernetesHttp(connection, clock=clock))
    try:
        for _ in range(times):
            await client.get("Pod", "shop", "web")
    finally:
        await client.close()


def sent(server: ApiServer) -> list[str]:
    """The Authorization headers so far."""
    return [request.headers.get("authorization", "") for request in server.requests]


async def test_contexts_of_a_kubeconfig(server: ApiServer, tmp_path: Path) -> None:
    path = write_kubeconfig(
        tmp_path / "config",
        server.url,
        reader={"token": "read"},
        writer={"token": "write"},
        basic={"username": "u", "password": "p"},
        nobody={},
    )
    server.answer(200, {"metadata": {}}, times=4)
    for context in (None, "writer", "basic", "nobody"):
        await ask(ClusterConnection.from_kubeconfig(path, context))
    assert sent(server) == ["Bearer read", "Bearer write", "Basic dTpw", ""]


def test_what_may_be_shown_holds_no_secret(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", "https://127.0.0.1:1", reader={"token": "s3cret"})
    shown = ClusterConnection.from_kubeconfig(path).describe()
    assert shown == {"context": "reader", "server": "https://127.0.0.1:1", "authentication": "token"}


@pytest.mark.parametrize(
    "content",
    ["", "[]", "clusters: 3", "users: [{name: u, user: {token: {a: 1}}}]", "contexts: []\nclusters: []\n", "a: : b"],
)
def test_an_unusable_kubeconfig_is_a_clear_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(KubernetesConfigError, match="kubeconfig"):
        ClusterConnection.from_kubeconfig(path)


def test_an_absent_kubeconfig_or_context_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(KubernetesConfigError, match="not found"):
        ClusterConnection.from_kubeconfig(tmp_path / "none")
    path = write_kubeconfig(tmp_path / "config", "http://127.0.0.1:1", reader={})
    with pytest.raises(KubernetesConfigError, match="other"):
        ClusterConnection.from_kubeconfig(path, "other")


@pytest.mark.parametrize("part", ["proxy-url", "tls-server-name"])
def test_a_setting_of_the_cluster_that_would_be_passed_over_is_refused(tmp_path: Path, part: str) -> None:
    path = write_kubeconfig(tmp_path / "config", "https://127.0.0.1:1", reader={})
    path.write_text(path.read_text().replace("    server:", f"    {part}: x\n    server:"))
    with pytest.raises(KubernetesConfigError, match=part):
        ClusterConnection.from_kubeconfig(path)


def test_impersonation_in_a_kubeconfig_is_refused_not_passed_over(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", "https://127.0.0.1:1", weak={"token": "t", "as": "nobody"}, plain={})
    with pytest.raises(KubernetesConfigError, match="'as' of user 'weak' is not supported"):
        ClusterConnection.from_kubeconfig(path)
    assert ClusterConnection.from_kubeconfig(path, "plain").describe()["authentication"] == "none"


def test_certificates_that_cannot_be_read_are_a_clear_error(tmp_path: Path) -> None:
    path = write_kubeconfig(
        tmp_path / "config",
        "https://127.0.0.1:1",
        reader={"client-certificate": "absent.crt", "client-key": "absent.key"},
    )
    with pytest.raises(KubernetesConfigError, match="certificates"):
        ClusterConnection.from_kubeconfig(path).open()


async def test_a_token_file_is_read_again_each_minute(server: ApiServer, tmp_path: Path) -> None:
    clock = ManualClock()
    token = tmp_path / "token"
    token.write_text("first\n")
    path = write_kubeconfig(tmp_path / "config", server.url, reader={"tokenFile": "token"})
    client = KubernetesClient(KubernetesHttp(ClusterConnection.from_kubeconfig(path, clock=clock)))
    server.answer(200, {"metadata": {}}, times=9)
    try:
        await client.get("Pod", "shop", "web")
        token.write_text("second\n")
        clock.advance(59)
        await client.get("Pod", "shop", "web")
        clock.advance(1)
        await client.get("Pod", "shop", "web")
    finally:
        await client.close()
    assert sent(server) == ["Bearer first", "Bearer first", "Bearer second"]


async def test_a_refused_token_is_read_again_at_once(server: ApiServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")
    path = write_kubeconfig(tmp_path / "config", server.url, reader={"tokenFile": str(token)})
    client = KubernetesClient(KubernetesHttp(ClusterConnection.from_kubeconfig(path)))
    server.answer(200, {"metadata": {}})
    server.answer(401, status_body(401, "Unauthorized"))
    server.answer(200, {"metadata": {}})
    server.answer(401, status_body(401, "Unauthorized"))
    try:
        await client.get("Pod", "shop", "web")
        token.write_text("new")
        await client.get("Pod", "shop", "web")
        with pytest.raises(KubernetesForbiddenError, match="credentials"):
            await client.get("Pod", "shop", "web")
    finally:
        await client.close()
    assert sent(server) == ["Bearer old", "Bearer old", "Bearer new", "Bearer new"]


async def test_the_in_cluster_account(server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("mounted")
    (tmp_path / "namespace").write_text("hexaops")
    with pytest.raises(KubernetesConfigError, match="KUBERNETES_SERVICE_HOST"):
        ClusterConnection.in_cluster(tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    connection = ClusterConnection.in_cluster(tmp_path)
    assert connection.describe()["authentication"] == "token file"
    assert connection.server == "https://10.0.0.1:443"
    with pytest.raises(KubernetesConfigError, match="in-cluster"):
        ClusterConnection.in_cluster(tmp_path / "none")


def plugin(tmp_path: Path, answer: str, *, version: str = "v1") -> dict[str, Any]:
    """A user whose exec plugin counts its runs in a file and prints the answer with the count in it."""
    script = tmp_path / "plugin.py"
    script.write_text(
        "import os, pathlib\n"
        "assert '\"interactive\": false' in os.environ['KUBERNETES_EXEC_INFO']\n"
        f"runs = pathlib.Path({str(tmp_path / 'runs')!r})\n"
        "count = int(runs.read_text()) + 1 if runs.exists() else 1\n"
        "runs.write_text(str(count))\n"
        f"print({answer!r}.replace('COUNT', os.environ['PREFIX'] + str(count)))\n"
    )
    return {
        "exec": {
            "apiVersion": f"client.authentication.k8s.io/{version}",
            "command": sys.executable,
            "args": [str(script)],
            "env": [{"name": "PREFIX", "value": "run-"}],
        }
    }


async def test_an_exec_plugin_is_asked_once_until_its_token_expires(server: ApiServer, tmp_path: Path) -> None:
    clock = ManualClock()
    answer = json.dumps({"status": {"token": "COUNT", "expirationTimestamp": "2026-01-01T12:10:00Z"}})
    path = write_kubeconfig(tmp_path / "config", server.url, reader=plugin(tmp_path, answer))
    client = KubernetesClient(KubernetesHttp(ClusterConnection.from_kubeconfig(path, clock=clock)))
    server.answer(200, {"metadata": {}}, times=9)
    try:
        await client.get("Pod", "shop", "web")
        await client.get("Pod", "shop", "web")
        clock.advance(9.9 * 60)
        await client.get("Pod", "shop", "web")
    finally:
        await client.close()
    assert sent(server) == ["Bearer run-1", "Bearer run-1", "Bearer run-2"]


async def test_an_exec_plugin_is_asked_again_when_its_token_is_refused(server: ApiServer, tmp_path: Path) -> None:
    answer = json.dumps({"status": {"token": "COUNT"}})
    path = write_kubeconfig(tmp_path / "config", server.url, reader=plugin(tmp_path, answer, version="v1beta1"))
    server.answer(401, status_body(401, "Unauthorized"))
    server.answer(200, {"metadata": {}})
    await ask(ClusterConnection.from_kubeconfig(path))
    assert sent(server) == ["Bearer run-1", "Bearer run-2"]


@pytest.mark.parametrize(
    ("answer", "version", "said"),
    [
        ("no json", "v1", "no usable answer"),
        (json.dumps({"status": {"clientCertificateData": "x"}}), "v1", "no token"),
        (json.dumps({"status": {"token": "x"}}), "v1alpha1", "not supported"),
    ],
)
async def test_an_unusable_exec_plugin_is_a_clear_error(
    server: ApiServer, tmp_path: Path, answer: str, version: str, said: str
) -> None:
    user = plugin(tmp_path, answer, version=version)
    path = write_kubeconfig(tmp_path / "config", server.url, reader=user)
    with pytest.raises(KubernetesConfigError, match=said):
        await ask(ClusterConnection.from_kubeconfig(path))


async def test_a_failing_exec_plugin_is_a_clear_error(server: ApiServer, tmp_path: Path) -> None:
    path = write_kubeconfig(
        tmp_path / "config",
        server.url,
        reader={
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": sys.executable,
                "args": ["-c", "import sys; sys.exit('please log in')"],
            }
        },
    )
    with pytest.raises(KubernetesConfigError, match="please log in"):
        await ask(ClusterConnection.from_kubeconfig(path))


async def test_reading_and_writing_can_be_two_identities(server: ApiServer, tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", server.url, reader={"token": "read"}, writer={"token": "write"})
    pods = server.collection("/api/v1/pods", "Pod")
    pods.put("web")

    def client(context: str) -> KubernetesClient:
        return KubernetesClient(KubernetesHttp(ClusterConnection.from_kubeconfig(path, context)))

    cluster = Cluster(named=ClusterName("c-1", "two"), reader=client("reader"), writer=client("writer"), kinds=("Pod",))
    assert not cluster.one_identity
    await cluster.start()
    try:
        await cluster.cache.wait_for(lambda cache: cache.pods(), kinds=("Pod",), timeout=Timeout(20))
        server.answer(200, {"metadata": {}}, path="/apis")
        await cluster.writer.patch("Deployment", "shop", "web", {})
    finally:
        await cluster.stop()
    assert {(request.method, request.headers["authorization"]) for request in server.requests} == {
        ("GET", "Bearer read"),
        ("PATCH", "Bearer write"),
    }
