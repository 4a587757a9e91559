"""Which VerticalPodAutoscalers count, by what the API server says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.http import KubernetesHttp
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.features.changes.vertical import vertical_autoscalers
from hexaops.runbooks.model import Draft, FieldChange
from tests.backends.kubernetes.api_server import ApiServer
from tests.runbooks.workloads import drafted, workload

GROUPS = {"groups": [{"name": "autoscaling.k8s.io"}]}


def vertical(name: str = "web-vpa", target: str = "web", mode: str | None = None) -> dict[str, Any]:
    policy = {"updatePolicy": {"updateMode": mode}} if mode else {}
    spec = {"targetRef": {"kind": "Deployment", "name": target}, **policy}
    return {"metadata": {"name": name}, "spec": spec}


async def sizing() -> Draft:
    draft = await drafted("restart_application", workload())
    (write,) = draft.writes
    change = FieldChange("/spec/template/spec/containers[name=web]/resources/limits/cpu", "1", "2")
    return msgspec.structs.replace(draft, writes=(msgspec.structs.replace(write, changes=(change,)),))


@asynccontextmanager
async def reading(server: ApiServer, *answers: tuple[int, Any]) -> AsyncIterator[KubernetesClient]:
    for status, body in answers:
        server.answer(status, body)
    client = KubernetesClient(KubernetesHttp(ClusterConnection.from_server(server.url)))
    yield client
    await client.close()


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with ApiServer().serving() as serving:
        yield serving


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ([vertical()], ("web-vpa",)),
        ([vertical(mode="Initial")], ("web-vpa",)),
        ([vertical(mode="Off"), vertical(target="other")], ()),
    ],
)
async def test_those_of_the_target_that_act(server: ApiServer, found: list[Any], names: tuple[str, ...]) -> None:
    async with reading(server, (200, GROUPS), (200, {"items": found})) as client:
        assert await vertical_autoscalers(await sizing(), client) == names


@pytest.mark.parametrize("answers", [[(200, {"groups": []})], [(200, GROUPS), (404, None)]])
async def test_a_cluster_without_the_kind(server: ApiServer, answers: list[tuple[int, Any]]) -> None:
    async with reading(server, *answers) as client:
        assert await vertical_autoscalers(await sizing(), client) == ()


async def test_what_may_not_be_read_refuses(server: ApiServer) -> None:
    async with reading(server, (200, GROUPS), (403, None)) as client:
        with pytest.raises(GuardrailRefusedError, match="cannot be read") as refused:
            await vertical_autoscalers(await sizing(), client)
    assert "verticalpodautoscalers" in refused.value.details["possible_when"]


async def test_nothing_is_asked_for_a_change_of_something_else(server: ApiServer) -> None:
    async with reading(server) as client:
        assert await vertical_autoscalers(await drafted("restart_application", workload()), client) == ()
    assert not server.requests
