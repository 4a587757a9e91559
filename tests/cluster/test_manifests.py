"""The manifests that the project ships, taken by a real API server; and the service as it runs in a pod."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.credentials import REREAD_SECONDS
from hexaops.backends.kubernetes.errors import KubernetesForbiddenError
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from testenv.harness.control_plane import NAMESPACE, SHIPPED, ControlPlane
from testenv.harness.service import Identities, serving, until


def test_the_server_takes_them(plane: ControlPlane) -> None:
    for name in (
        "rbac.yaml",
        "backups.yaml",
        "restore.yaml",
        "cleanup.yaml",
        "probe.yaml",
        "deployment.yaml",
        "metrics.yaml",
    ):
        said = plane.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", str(SHIPPED / name))
        assert "server dry run" in said
        assert "Warning" not in said


def test_its_pod_is_allowed_under_the_restricted_standard(plane: ControlPlane) -> None:
    """A Deployment is only warned about; its pod is what would be refused."""
    documents = list(yaml.safe_load_all((SHIPPED / "deployment.yaml").read_text()))
    (deployment,) = [one for one in documents if one["kind"] == "Deployment"]
    template = deployment["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {**template["metadata"], "name": "tried"}}
    manifest = {**pod, "spec": template["spec"]}
    create = ("create", "-n", NAMESPACE, "--dry-run=server", "-f", "-")
    assert "tried" in plane.kubectl(*create, content=json.dumps(manifest))
    manifest["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    refused = plane.kubectl(*create, content=json.dumps(manifest), fails=True)
    assert 'violates PodSecurity "restricted' in refused


@pytest.fixture
def mounted(plane: ControlPlane, identities: Identities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What Kubernetes mounts into a pod of the reader's account, and sets in its environment."""
    token = json.loads(identities.reader.read_text())["users"][0]["user"]["token"]
    (tmp_path / "token").write_text(token)
    (tmp_path / "namespace").write_text(NAMESPACE)
    shutil.copy(plane.folder / "pki" / "ca.crt", tmp_path / "ca.crt")
    server = urlsplit(json.loads(identities.reader.read_text())["clusters"][0]["cluster"]["server"])
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", str(server.hostname))
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
    return tmp_path


async def test_in_cluster_configuration_reads_the_cluster(mounted: Path) -> None:
    client = KubernetesClient(KubernetesHttp(ClusterConnection.in_cluster(mounted)))
    cluster = Cluster(named=ClusterName("c-1", "in-cluster"), reader=client)
    identity = await client.whoami()
    assert identity is not None
    assert identity.username == f"system:serviceaccount:{NAMESPACE}:hexaops-reader"
    await cluster.start()
    try:
        assert await cluster.wait_synced(Timeout(30))
        assert all(status.synced for status in cluster.cache.status().values())
        assert cluster.cache.find("Deployment", "harbor", "berth-planner")
    finally:
        await cluster.stop()


async def test_a_rotated_token_is_used_and_a_revoked_one_refused(
    plane: ControlPlane, mounted: Path, tmp_path: Path
) -> None:
    clock = ManualClock()
    client = KubernetesClient(KubernetesHttp(ClusterConnection.in_cluster(mounted, clock=clock)))
    fresh = json.loads(plane.account("hexaops-reader", tmp_path / "fresh").read_text())["users"][0]["user"]["token"]
    try:
        await client.get("Deployment", "harbor", "berth-planner")
        (mounted / "token").write_text(fresh)
        clock.advance(REREAD_SECONDS)
        await client.get("Deployment", "harbor", "berth-planner")
        (mounted / "token").write_text("not.a.token")
        clock.advance(REREAD_SECONDS)
        with pytest.raises(KubernetesForbiddenError, match="rejected the service's credentials"):
            await client.get("Deployment", "harbor", "berth-planner")
    finally:
        await client.close()


IN_POD = """
mount -t tmpfs none /run && mkdir -p /run/secrets/kubernetes.io/serviceaccount &&
cp "$0"/token "$0"/namespace "$0"/ca.crt /run/secrets/kubernetes.io/serviceaccount/ && exec "$@"
"""
"""Mounts an account where a pod has it, seen by this process alone, and runs a command there."""


def test_the_service_under_a_mounted_account(
    plane: ControlPlane, identities: Identities, mounted: Path, tmp_path: Path
) -> None:
    within = ["unshare", "--map-root-user", "--mount", "sh", "-c", IN_POD, str(mounted)]
    tried = subprocess.run([*within, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0 or not Path("/var/run").resolve().is_relative_to("/run"):
        pytest.skip(f"this machine lets nobody mount: {tried.stderr.strip()}")
    home = tmp_path / "home"
    with serving(home, identities, within=within) as service:
        until(service.is_current)
        assert {app["project"] for app in service.applications()} >= {"harbor", "transit"}
        assert service.plan_by_chat("scale pilot-roster to 2")["risk"] == "low"
    assert '"token file"' in (home / "service.log").read_text()
