"""What clients ask before anything else: version, health, discovery, OpenAPI; and the kubeconfig."""

from __future__ import annotations

import json
import ssl
from base64 import b64decode
from pathlib import Path

import httpx2
import pytest

from simulator.resources import RESOURCES
from simulator.server.access import User
from simulator.server.app import create_app, serve
from simulator.server.certificates import ensure_certificate
from simulator.server.kubeconfig import write_kubeconfig
from tests.simulator.server.conftest import Api, furnished_store

AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)


async def test_health_and_version(api: Api) -> None:
    for path in ("/healthz", "/livez", "/readyz"):
        assert (await api.client.get(path)).text == "ok"
    assert (await api.get("/version"))["gitVersion"].startswith("v1.36")


async def test_aggregated_discovery_names_every_resource(api: Api) -> None:
    answer = await api.client.get("/apis", headers={"Accept": AGGREGATED})
    assert answer.headers["content-type"] == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    core = (await api.client.get("/api", headers={"Accept": AGGREGATED})).json()
    found = {
        (group["metadata"].get("name", ""), version["version"], resource["resource"])
        for document in (answer.json(), core)
        for group in document["items"]
        for version in group["versions"]
        for resource in version["resources"]
    }
    assert found >= {(resource.group, resource.version, resource.plural) for resource in RESOURCES}
    assert ("metrics.k8s.io", "v1beta1", "pods") in found
    apps = next(group for group in answer.json()["items"] if group["metadata"]["name"] == "apps")
    deployments = next(item for item in apps["versions"][0]["resources"] if item["resource"] == "deployments")
    assert deployments["shortNames"] == ["deploy"]
    assert deployments["subresources"][0]["responseKind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}


async def test_older_discovery_says_the_same(api: Api) -> None:
    assert (await api.get("/api"))["versions"] == ["v1"]
    groups = (await api.get("/apis"))["groups"]
    named = 0
    for group in groups:
        for version in group["versions"]:
            listed = await api.get(f"/apis/{version['groupVersion']}")
            named += sum("/" not in item["name"] for item in listed["resources"])
    core = await api.get("/api/v1")
    named += sum("/" not in item["name"] for item in core["resources"])
    assert named == len(RESOURCES) + 2 + 3
    assert (await api.get("/apis/apps"))["preferredVersion"]["groupVersion"] == "apps/v1"


@pytest.mark.parametrize("path", ["/nope", "/apis/nope", "/apis/nope/v1", "/apis/nope/v1/things", "/apis/apps/v9"])
async def test_unknown_paths_are_plain_404(api: Api, path: str) -> None:
    answer = await api.client.get(path)
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")


async def test_openapi_tells_that_writes_check_fields(api: Api) -> None:
    paths = (await api.get("/openapi/v3"))["paths"]
    document = await api.get(paths["apis/apps/v1"]["serverRelativeURL"])
    patch = document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert "fieldValidation" in {parameter["name"] for parameter in patch["parameters"]}
    schemas = document["components"]["schemas"]
    assert "replicas" in schemas["io.k8s.api.apps.v1.DeploymentSpec"]["properties"]
    assert (await api.client.get("/openapi/v2")).status_code == 406


async def test_a_kubeconfig_leads_to_the_server_over_tls(tmp_path: Path) -> None:
    certificate = ensure_certificate(tmp_path / "pki")
    assert ensure_certificate(tmp_path / "pki") == certificate
    app = create_app(furnished_store(), users={"secret": User("admin", ("system:masters",))})
    path = tmp_path / "kubeconfig"
    async with serve(app, certificate=certificate) as url:
        write_kubeconfig(path, server=url, tokens={"admin": "secret"}, current="admin", authority=certificate.authority)
        written = json.loads(path.read_text())
        cluster = written["clusters"][0]["cluster"]
        assert cluster["server"].startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
        token = written["users"][0]["user"]["token"]
        async with httpx2.AsyncClient(verify=context, headers={"Authorization": f"Bearer {token}"}) as client:
            assert (await client.get(f"{cluster['server']}/api/v1/namespaces")).status_code == 200
    app.close()
    assert path.stat().st_mode & 0o777 == 0o600
