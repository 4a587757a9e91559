"""Pod logs and metrics.k8s.io, from sources that a test plays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.server.sources import Line
from tests.simulator.server.conftest import Api, furnished_store, served
from tests.simulator.server.objects import PODS, pod

Object = dict[str, Any]
LOG = f"{PODS}/web-1/log"
METRICS = "/apis/metrics.k8s.io/v1beta1"


class PlayedSources:
    """Logs of five lines a minute apart, and fixed usage."""

    def __init__(self, now: datetime) -> None:
        self._lines = [(now - timedelta(minutes=number), f"line {number}") for number in (5, 4, 3, 2, 1)]
        self.more: asyncio.Queue[Line | None] = asyncio.Queue()

    def lines(
        self, namespace: str, pod: str, container: str, since: datetime | None = None, tail: int | None = None,
        previous: bool = False,
    ) -> list[Line]:  # fmt: skip
        """The lines."""
        if previous:
            return [(self._lines[0][0], "from before")]
        found = [line for line in self._lines if since is None or line[0] >= since]
        return found if tail is None else found[len(found) - min(tail, len(found)) :]

    async def follow(
        self, namespace: str, pod: str, container: str, since: datetime | None = None, tail: int | None = None
    ) -> AsyncIterator[Line]:
        """The lines, and those that the test adds."""
        for line in self.lines(namespace, pod, container, since, tail):
            yield line
        while (line_or_end := await self.more.get()) is not None:
            yield line_or_end

    def pod(self, pod: Object) -> tuple[float, float] | None:
        """Usage of every pod but one."""
        return None if pod["metadata"]["name"] == "unknown" else (0.25, 64 * 2.0**20)

    def node(self, name: str) -> tuple[float, float] | None:
        """Usage of every node."""
        return 1.5, 2.0**30


@pytest.fixture
def sources() -> PlayedSources:
    return PlayedSources(datetime.now(UTC))


@pytest.fixture
async def api(sources: PlayedSources) -> AsyncIterator[Api]:
    async with served(furnished_store(), logs=sources, usage=sources) as found:
        found.store.create("pods", pod())
        yield found


async def log(api: Api, query: str = "") -> str:
    answer = await api.client.get(f"{LOG}?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


async def test_logs_are_cut_as_asked(api: Api) -> None:
    assert (await log(api)).split("\n") == ["line 5", "line 4", "line 3", "line 2", "line 1", ""]
    assert await log(api, "tailLines=2") == "line 2\nline 1\n"
    assert await log(api, "tailLines=0") == ""
    assert await log(api, "sinceSeconds=150") == "line 2\nline 1\n"
    since = (api.store.clock.now() - timedelta(seconds=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await log(api, f"sinceTime={since}") == "line 1\n"
    assert await log(api, "limitBytes=4") == "line"
    assert await log(api, "previous=true&container=main") == "from before\n"
    moment, text = (await log(api, "timestamps=true&tailLines=1")).strip().split(" ", 1)
    assert (text, moment[-1], len(moment)) == ("line 1", "Z", len("2026-01-01T00:00:00.000000000Z"))


async def test_logs_are_followed(api: Api, sources: PlayedSources) -> None:
    async with api.client.stream("GET", f"{LOG}?follow=true&tailLines=1") as response:
        lines = response.aiter_lines()
        assert await anext(lines) == "line 1"
        sources.more.put_nowait((api.store.clock.now(), "fresh"))
        assert await anext(lines) == "fresh"
        sources.more.put_nowait(None)
        assert [line async for line in lines] == []


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("container=foo", 400, "container foo is not valid for pod web-1"),
        ("tailLines=-1", 422, 'PodLogOptions "web-1" is invalid: tailLines: Invalid value: -1: must be greater than or '
         "equal to 0"),
        ("tailLines=a", 400, 'strconv.ParseInt: parsing "a": invalid syntax'),
        ("sinceTime=foo", 400, 'parsing time "foo" as "2006-01-02T15:04:05Z07:00": cannot parse "foo" as "2006"'),
        ("sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z", 422, 'PodLogOptions "web-1" is invalid: []: Forbidden: at '
         "most one of `sinceTime` or `sinceSeconds` may be specified"),
    ],
)  # fmt: skip
async def test_wrong_log_options_are_refused(api: Api, query: str, status: int, message: str) -> None:
    answer = await api.client.get(f"{LOG}?{query}")
    assert (answer.status_code, answer.json()["message"]) == (status, message)


async def test_one_of_several_containers_has_to_be_named(api: Api) -> None:
    two = pod("two")
    two["spec"]["containers"].append({"name": "side", "image": "s:1"})
    api.store.create("pods", two)
    answer = await api.client.get(f"{PODS}/two/log")
    assert answer.json()["message"] == "a container name must be specified for pod two, choose one of: [main side]"
    assert (await api.client.get(f"{PODS}/nope/log")).status_code == 404


async def test_metrics_of_pods_and_nodes(api: Api) -> None:
    api.store.create("pods", pod("unknown"))
    api.store.create("pods", pod("waiting", phase="Pending"))
    api.store.create("nodes", {"metadata": {"name": "node-1"}})
    pods = await api.get(f"{METRICS}/namespaces/demo/pods?labelSelector=app%3Dweb")
    assert [item["metadata"]["name"] for item in pods["items"]] == ["web-1"]
    assert pods["items"][0]["containers"] == [{"name": "main", "usage": {"cpu": "250000000n", "memory": "65536Ki"}}]
    node = await api.get(f"{METRICS}/nodes/node-1")
    assert (node["kind"], node["usage"]) == ("NodeMetrics", {"cpu": "1500000000n", "memory": "1048576Ki"})
    missing = await api.client.get(f"{METRICS}/namespaces/demo/pods/nope")
    assert (missing.status_code, missing.json()["message"]) == (404, 'pods "nope" not found')
    table = await api.get(f"{METRICS}/nodes", accept="application/json;as=Table;v=v1;g=meta.k8s.io")
    assert table["rows"][0]["cells"][:3] == ["node-1", "1500000000n", "1048576Ki"]


async def test_usage_is_shared_by_what_containers_request(api: Api) -> None:
    two = pod("two")
    two["spec"]["containers"] = [
        {"name": "big", "image": "b:1", "resources": {"requests": {"cpu": "300m", "memory": "3Mi"}}},
        {"name": "small", "image": "s:1", "resources": {"requests": {"cpu": "100m", "memory": "1Mi"}}},
    ]
    api.store.create("pods", two)
    found = await api.get(f"{METRICS}/namespaces/demo/pods/two")
    usage = {item["name"]: item["usage"] for item in found["containers"]}
    assert usage["big"] == {"cpu": "187500000n", "memory": "49152Ki"}
    assert usage["small"] == {"cpu": "62500000n", "memory": "16384Ki"}
