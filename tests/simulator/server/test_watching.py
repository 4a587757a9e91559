"""watch: what is told, from when, and how a watch ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import CONFIG_MAPS, PODS, config_map, pod

Object = dict[str, Any]
SECONDS = 60.0
"""Deadline of what happens at once, on a busy machine."""


class Lines:
    """The lines of an open watch, one by one."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> Object:
        """The next line; a watch that stays silent is a failure."""
        line = await asyncio.wait_for(anext(self._lines), SECONDS)
        found: Object = json.loads(line)
        return found

    async def told(self, count: int) -> list[tuple[str, str]]:
        """Type and name of the next lines."""
        lines = [await self.next() for _ in range(count)]
        return [(line["type"], line["object"]["metadata"].get("name", "")) for line in lines]

    async def is_over(self) -> bool:
        """Whether the watch ends without another line."""
        try:
            await asyncio.wait_for(anext(self._lines), SECONDS)
        except StopAsyncIteration:
            return True
        return False


@asynccontextmanager
async def watching(api: Api, path: str, query: str = "", **headers: str) -> AsyncIterator[Lines]:
    """An open watch."""
    async with api.client.stream("GET", f"{path}?watch=1&{query}", headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        yield Lines(response)


async def test_a_watch_without_version_begins_with_what_is_there(api: Api) -> None:
    api.store.create("configmaps", config_map("one"))
    async with watching(api, CONFIG_MAPS) as lines:
        assert await lines.told(1) == [("ADDED", "one")]
        api.store.create("configmaps", config_map("two"))
        api.store.update("configmaps", config_map("two", a="b"))
        api.store.delete("configmaps", "demo", "one")
        assert await lines.told(3) == [("ADDED", "two"), ("MODIFIED", "two"), ("DELETED", "one")]


async def test_a_watch_goes_on_where_a_list_ended(api: Api) -> None:
    api.store.create("configmaps", config_map("one"))
    version = (await api.get(CONFIG_MAPS))["metadata"]["resourceVersion"]
    api.store.create("configmaps", config_map("two"))
    async with watching(api, CONFIG_MAPS, f"resourceVersion={version}") as lines:
        first = await lines.next()
        assert (first["type"], first["object"]["metadata"]["name"]) == ("ADDED", "two")
        assert (first["object"]["kind"], first["object"]["apiVersion"]) == ("ConfigMap", "v1")
        deleted = api.store.resource_version + 1
        api.store.delete("configmaps", "demo", "two")
        assert (await lines.next())["object"]["metadata"]["resourceVersion"] == str(deleted)


async def test_other_namespaces_and_resources_are_not_told(api: Api) -> None:
    async with watching(api, CONFIG_MAPS) as lines:
        api.store.create("configmaps", {**config_map("x"), "metadata": {"name": "x", "namespace": "default"}})
        api.store.create("pods", pod())
        api.store.create("configmaps", config_map("mine"))
        assert await lines.told(1) == [("ADDED", "mine")]


async def test_a_selector_makes_objects_come_and_go(api: Api) -> None:
    async with watching(api, PODS, "labelSelector=tier%3Dfront&fieldSelector=status.phase%3DRunning") as lines:
        created = api.store.create("pods", pod("a", tier="front"))
        back = api.store.update("pods", {**pod("a", tier="back"), "metadata": {**created["metadata"], "labels": {}}})
        api.store.update("pods", {**back, "metadata": {**back["metadata"], "labels": {"tier": "front"}}})
        api.store.delete("pods", "demo", "a")
        assert await lines.told(4) == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "a"), ("DELETED", "a")]


async def test_a_version_that_is_no_longer_kept_is_an_error_event(api: Api) -> None:
    api.store.create("configmaps", config_map("one"))
    api.faults.compact()
    current = api.store.resource_version
    async with watching(api, CONFIG_MAPS, "resourceVersion=2") as lines:
        line = await lines.next()
        assert line["type"] == "ERROR"
        assert (line["object"]["code"], line["object"]["reason"]) == (410, "Expired")
        assert line["object"]["message"] == f"too old resource version: 2 ({current})"
        assert await lines.is_over()


async def test_bookmarks_tell_the_version_when_nothing_happens(api: Api) -> None:
    version = api.store.resource_version
    async with watching(api, CONFIG_MAPS, f"resourceVersion={version}&allowWatchBookmarks=true") as lines:
        line = await lines.next()
        assert (line["type"], line["object"]["kind"]) == ("BOOKMARK", "ConfigMap")
        api.store.create("pods", pod())
        while line["object"]["metadata"]["resourceVersion"] == str(version):
            line = await lines.next()
        assert line["object"]["metadata"] == {"resourceVersion": str(api.store.resource_version)}


async def test_a_streamed_list_ends_with_a_marked_bookmark(api: Api) -> None:
    api.store.create("configmaps", config_map("one"))
    query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    async with watching(api, CONFIG_MAPS, query) as lines:
        assert await lines.told(1) == [("ADDED", "one")]
        mark = await lines.next()
        assert mark["type"] == "BOOKMARK"
        assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    answer = await api.client.get(f"{CONFIG_MAPS}?watch=1&sendInitialEvents=true")
    assert answer.status_code == 422


async def test_a_watch_ends_at_its_timeout(api: Api) -> None:
    async with watching(api, CONFIG_MAPS, "timeoutSeconds=1") as lines:
        assert await lines.is_over()


async def test_a_watch_of_a_table_sends_the_columns_once(api: Api) -> None:
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    async with watching(api, PODS, Accept=accept) as lines:
        api.store.create("pods", pod("a"))
        api.store.create("pods", pod("b"))
        first, second = await lines.next(), await lines.next()
        assert first["object"]["columnDefinitions"][0]["name"] == "Name"
        assert second["object"]["columnDefinitions"] is None
        assert second["object"]["rows"][0]["cells"][:3] == ["b", "1/1", "Running"]


@pytest.mark.parametrize("version", ["abc"])
async def test_a_version_that_is_no_number_is_refused(api: Api, version: str) -> None:
    answer = await api.client.get(f"{CONFIG_MAPS}?watch=1&resourceVersion={version}")
    assert answer.status_code == 500
    assert "invalid syntax" in answer.json()["message"]


async def test_watches_can_be_closed(api: Api) -> None:
    async with watching(api, CONFIG_MAPS) as lines, watching(api, PODS) as others:
        assert api.faults.open_watches() == 2
        assert api.faults.close_watches("configmaps") == 1
        assert await lines.is_over()
        api.store.create("pods", pod())
        assert await others.told(1) == [("ADDED", "web-1")]


async def test_a_stalled_watch_is_silent_but_open(api: Api) -> None:
    async with watching(api, CONFIG_MAPS, "allowWatchBookmarks=true") as stalled:
        api.faults.stall_watches("configmaps")
        api.store.create("configmaps", config_map("lost"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_until_named(stalled), 0.3)
        api.faults.resume_watches()
    async with watching(api, CONFIG_MAPS) as lines:
        assert await lines.told(1) == [("ADDED", "lost")]


async def _until_named(lines: Lines) -> None:
    while "name" not in (await lines.next())["object"]["metadata"]:
        pass


async def test_a_client_that_goes_is_noticed_while_nothing_happens(api: Api) -> None:
    async with watching(api, CONFIG_MAPS):
        assert api.faults.open_watches() == 1
    async with asyncio.timeout(SECONDS):
        while api.faults.open_watches():  # noqa: ASYNC110 - the server tells nobody when a watch is over
            await asyncio.sleep(0.01)
