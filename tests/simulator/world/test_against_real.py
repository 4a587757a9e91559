"""The simulated control loops beside the real ones: the same objects, the same steps, the same statuses and events.

`HEXAOPS_TEST_KUBECONFIG=… pytest -m cluster` runs it on a cluster whose pods are played by kwok with
`testenv/stages.yaml`, at least three nodes; it works in a namespace of its own, which it deletes.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from simulator.server.access import MASTERS, User
from simulator.server.app import create_app
from simulator.store import Object
from simulator.world.scenarios.manifests import App, budget, namespace, service, workload
from tests.simulator.world.stage import make_stage

KUBECONFIG = "HEXAOPS_TEST_KUBECONFIG"
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.timeout(400),
    pytest.mark.skipif(KUBECONFIG not in os.environ, reason=f"{KUBECONFIG} names no cluster to compare with"),
]
PLACE = "world-compared"
LISTS = {
    "deployments": "/apis/apps/v1",
    "replicasets": "/apis/apps/v1",
    "statefulsets": "/apis/apps/v1",
    "daemonsets": "/apis/apps/v1",
    "poddisruptionbudgets": "/apis/policy/v1",
    "endpointslices": "/apis/discovery.k8s.io/v1",
    "events": "/api/v1",
}
CONTROLLERS = ("deployment-controller", "replicaset-controller", "statefulset-controller", "daemonset-controller",
               "default-scheduler")  # fmt: skip
TIMES = re.compile(r"(Time|Timestamp)$")
WEB = App(PLACE, "web", "nginx:1", 3, ("10m", "16Mi"), ("100m", "32Mi"))
DATA = App(PLACE, "data", "postgres:1", 2, ("10m", "16Mi"), ("100m", "32Mi"), kind="StatefulSet")
AGENT = App(PLACE, "agent", "agent:1", 0, ("10m", "16Mi"), ("100m", "32Mi"), kind="DaemonSet")
HUGE = App(PLACE, "huge", "huge:1", 1, ("10m", "4000Gi"), ("100m", "4000Gi"))
Wait = Callable[[float], Awaitable[None]]


def plain(value: Any) -> Any:
    """A status without times and generated names."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if not TIMES.search(name)}
    if isinstance(value, list):
        return sorted((plain(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    if isinstance(value, str):
        value = re.sub(r"\b(web|huge|data|agent)-[a-z0-9]{7,10}(-[a-z0-9]{5})?\b", r"\1-X", value)
        value = re.sub(r"\bagent-[a-z0-9]{5}\b", "agent-X", value)
        value = re.sub(r"\b(worker-)?node-\d+\b", "NODE", value)
        return re.sub(r"\b\d+( nodes| Insufficient|/\d+| Preemption)", r"N\1", re.sub(r"0/\d+", "0/N", value))
    return value


async def look(client: httpx2.AsyncClient) -> dict[str, list[Any]]:
    """What there is to compare."""
    seen: dict[str, list[Any]] = {}
    for plural, prefix in LISTS.items():
        items = (await client.get(f"{prefix}/namespaces/{PLACE}/{plural}")).json()["items"]
        seen[plural] = [seen_of(plural, item) for item in items]
        seen[plural] = plain([found for found in seen[plural] if found is not None])
    seen["events"] = [json.loads(text) for text in sorted({json.dumps(found) for found in seen["events"]})]
    return seen


def seen_of(plural: str, item: Object) -> Any:
    """The part of one object that has to be alike; None for what is not compared."""
    if plural == "events":
        source = item.get("source", {}).get("component") or item.get("reportingComponent")
        told = (source, item["type"], item["reason"], item["involvedObject"]["kind"], item["message"])
        return list(told) if source in CONTROLLERS else None
    if plural == "endpointslices":
        return [endpoint["conditions"] for endpoint in item["endpoints"] or ()]
    status = {
        name: value for name, value in item["status"].items() if name not in ("currentRevision", "updateRevision")
    }
    return [item["metadata"]["name"], status]


async def act(client: httpx2.AsyncClient, wait: Wait) -> list[dict[str, list[Any]]]:
    """Five steps of an application's life, and what each one led to."""
    pictures = []
    await make_objects(client)
    await wait(20)
    pictures.append(await look(client))
    pods = (await client.get(f"/api/v1/namespaces/{PLACE}/pods", params={"labelSelector": "app=web"})).json()["items"]
    broken = f"/api/v1/namespaces/{PLACE}/pods/{pods[0]['metadata']['name']}"
    web = f"/apis/apps/v1/namespaces/{PLACE}/deployments/web"
    for path, change in (
        (broken, {"metadata": {"annotations": {"hexaops.dev/fault": "crash-loop"}}}),
        (web, {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:2"}]}}}}),
        (web, {"spec": {"replicas": 5}}),
        (web, {"spec": {"template": {"metadata": {"annotations": {"hexaops.dev/fault": "never-ready"}}}}}),
    ):
        media = {"Content-Type": "application/strategic-merge-patch+json"}
        answer = await client.patch(path, content=json.dumps(change), headers=media)
        assert answer.status_code == 200, answer.text
        await wait(30)
        pictures.append(await look(client))
    return pictures


async def make_objects(client: httpx2.AsyncClient) -> None:
    """Four workloads, a Service and a budget, in a new namespace."""
    await client.post("/api/v1/namespaces", json={"apiVersion": "v1", "kind": "Namespace", **namespace(PLACE)})
    for app in (WEB, DATA, AGENT, HUGE):
        resource, obj = workload(app)
        obj.pop("status")
        if app is WEB:
            obj["spec"]["progressDeadlineSeconds"] = 20
        await create(client, f"/apis/apps/v1/namespaces/{PLACE}/{resource.partition('.')[0]}", obj)
    front = service(WEB, "")
    front["spec"] = {name: front["spec"][name] for name in ("ports", "selector", "type")}
    await create(client, f"/api/v1/namespaces/{PLACE}/services", front)
    guard = budget(WEB, minAvailable=2)
    await create(client, f"/apis/policy/v1/namespaces/{PLACE}/poddisruptionbudgets", guard)


async def create(client: httpx2.AsyncClient, path: str, obj: Object) -> None:
    """Create an object, as soon as its namespace is ready for it."""
    async with asyncio.timeout(30):
        while (answer := await client.post(path, json=obj)).status_code == 403:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    assert answer.status_code == 201, answer.text


@asynccontextmanager
async def real_cluster() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the real server; what the test made is deleted at the end."""
    configuration = json.loads(await asyncio.to_thread(Path(os.environ[KUBECONFIG]).read_text))
    cluster, user = configuration["clusters"][0]["cluster"], configuration["users"][0]["user"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    headers = {"Authorization": f"Bearer {user['token']}"}
    async with httpx2.AsyncClient(base_url=cluster["server"], headers=headers, verify=context, timeout=30) as client:
        try:
            yield client
        finally:
            await client.delete(f"/api/v1/namespaces/{PLACE}")


@pytest.mark.timeout(900)  # two minutes: begun first
async def test_both_worlds_go_the_same_way() -> None:
    stage = make_stage()
    app = create_app(stage.store, users={"token": User("admin", (MASTERS,))})

    async def advance(seconds: float) -> None:
        stage.advance(seconds)

    transport = httpx2.ASGITransport(app=app)
    headers = {"Authorization": "Bearer token"}
    async with httpx2.AsyncClient(base_url="http://simulator", transport=transport, headers=headers) as client:
        simulated = await act(client, advance)
    async with real_cluster() as client:
        real = await act(client, asyncio.sleep)
    different = [
        f"step {number} {plural}\n  simulated {json.dumps(ours[plural], sort_keys=True)}\n"
        f"  real      {json.dumps(theirs[plural], sort_keys=True)}"
        for number, (ours, theirs) in enumerate(zip(simulated, real, strict=True))
        for plural in LISTS
        if ours[plural] != theirs[plural]
    ]
    assert not different, "\n".join(different)
