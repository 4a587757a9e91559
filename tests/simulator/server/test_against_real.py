"""The simulator's answers beside those of a real API server, request by request.

`HEXAOPS_TEST_KUBECONFIG=… pytest -m cluster` runs it on any cluster whose server is of the simulator's version; it
works in a namespace of its own, which it deletes.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from simulator.resources import RESOURCES
from simulator.server.events import to_core
from simulator.server.tables.render import render_table
from tests.simulator.server.conftest import furnished_store, served
from tests.simulator.server.objects import deployment
from tests.simulator.server.probes import NAMESPACE, Probe, creations, other_writes, patches, policies, reads

KUBECONFIG = "HEXAOPS_TEST_KUBECONFIG"
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(KUBECONFIG not in os.environ, reason=f"{KUBECONFIG} names no cluster to compare with"),
]
VOLATILE = frozenset(("uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "clusterIP",
                      "clusterIPs", "continue", "observedGeneration", "manager", "managedFields"))  # fmt: skip
AGES = re.compile("Age|Seen|Duration|Schedule|Restarts")
INTERNAL = re.compile(r"kubernetes\.io|^deprecated\.")
Object = dict[str, Any]


def comparable(value: Any) -> Any:
    """A body without what differs from server to server."""
    if isinstance(value, dict):
        kept = {key: comparable(item) for key, item in value.items() if key not in VOLATILE and key != "status"}
        if isinstance(value.get("status"), str):
            kept["status"] = value["status"]
        annotations = kept.get("annotations")
        if isinstance(annotations, dict):
            kept["annotations"] = {key: text for key, text in annotations.items() if not INTERNAL.search(key)}
        # What is empty and what is absent mean the same.
        return {key: item for key, item in kept.items() if item not in (None, {}, [])}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str):
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID", value)
        return re.sub(r"(current: |in record \()\d+", r"\1N", text)
    return value


@asynccontextmanager
async def real_cluster() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the real server."""
    configuration = json.loads(await asyncio.to_thread(Path(os.environ[KUBECONFIG]).read_text))
    cluster = configuration["clusters"][0]["cluster"]
    token = configuration["users"][0]["user"]["token"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=cluster["server"], headers=headers, verify=context, timeout=30) as client:
        yield client


async def answers(client: httpx2.AsyncClient, probes: list[Probe]) -> list[tuple[str, int, Any]]:
    """What a server says to each probe."""
    told = deployment(replicas=0)
    told["metadata"] = {**told["metadata"], "namespace": NAMESPACE}
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
    async with asyncio.timeout(30):
        # A new namespace may not be ready for objects at once, and says so to nobody.
        while (await client.post(path, json=told)).status_code not in (201, 409):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    found = []
    for probe in probes:
        content = probe.body if isinstance(probe.body, str) else json.dumps(probe.body)
        answer = await client.request(
            probe.method, probe.path, content=None if probe.body is None else content,
            headers={"Content-Type": probe.media, "Accept": probe.accept},
        )  # fmt: skip
        is_json = answer.headers["content-type"].startswith("application/json")
        found.append((str(probe), answer.status_code, comparable(answer.json()) if is_json else answer.text))
    return found


async def test_tables_are_printed_alike() -> None:
    """Whatever is on the real cluster, printed by both."""
    accept = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    async with real_cluster() as client:
        for resource in RESOURCES:
            root = f"/apis/{resource.api_version}" if resource.group else "/api/v1"
            answer = await client.get(f"{root}/{resource.plural}?includeObject=Object", headers=accept)
            real = answer.json()
            described = [(item["name"], item["type"], item["priority"]) for item in real["columnDefinitions"]]
            objects = [row["object"] for row in real["rows"] or ()]
            if resource.stored_as:
                objects = [to_core(obj) for obj in objects]
            table = json.loads(render_table(resource, objects, now=datetime.now(UTC), metadata={}))
            ours = [(item["name"], item["type"], item["priority"]) for item in table["columnDefinitions"]]
            assert ours == described, resource.qualified
            timeless = [place for place, item in enumerate(described) if not AGES.search(item[0])]
            for row, printed in zip(real["rows"] or (), table["rows"], strict=True):
                shown = [[cells[place] for place in timeless] for cells in (printed["cells"], row["cells"])]
                assert shown[0] == shown[1], resource.qualified


async def test_both_answer_alike() -> None:
    probes = [*reads(), *creations(), *policies(), *patches(), *other_writes()]
    async with real_cluster() as client:
        await client.post("/api/v1/namespaces", json={"metadata": {"name": NAMESPACE}})
        real = await answers(client, probes)
        await client.delete(f"/api/v1/namespaces/{NAMESPACE}")
    store = furnished_store()
    store.create("namespaces", {"metadata": {"name": NAMESPACE}})
    async with served(store) as api:
        simulated = await answers(api.client, probes)
    different = [(ours, theirs) for ours, theirs in zip(simulated, real, strict=True) if ours != theirs]
    for ours, theirs in different:
        print(f"{ours[0]}\n  simulator {ours[1]} {json.dumps(ours[2], sort_keys=True)}\n"  # noqa: T201 - the finding
              f"  real      {theirs[1]} {json.dumps(theirs[2], sort_keys=True)}")  # fmt: skip
    assert not different, f"{len(different)} of {len(probes)} answers differ"
