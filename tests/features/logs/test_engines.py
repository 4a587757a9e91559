"""A workspace's logs are asked for where they are, and several engines make one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.logstores.base import LogAnswer, LogQuery, LogStoreError
from hexaops.backends.logstores.counting import answer_from
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.backends.logstores.lines import LogLine
from hexaops.config import ConfigFileError, LogSource, read_config_file
from hexaops.features.logs.engines import LogEngines
from hexaops.features.logs.merging import merged
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import WORKSPACES, line, lines, queries, query
from tests.backends.logstores.engines.memory import MemoryEngine
from tests.serving import AccessWorld, access_world, unwatched_cluster

ELSEWHERE = LogSource(engine="victorialogs", url="http://127.0.0.1:9", selector={})
Ask = Callable[[LogQuery], Awaitable[LogAnswer]]


def reference(stored: list[LogLine]) -> Ask:
    async def ask(asked: LogQuery) -> LogAnswer:
        return answer_from(asked, stored)

    return ask


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(lines, max_size=40), queries)
def test_several_engines_answer_as_one(stored: list[LogLine], asked: LogQuery) -> None:
    asks = [reference([one for one in stored if one.workspace_id == name]) for name in WORKSPACES]
    asyncio.run(compare(asks, stored, asked))


async def compare(asks: list[Ask], stored: list[LogLine], asked: LogQuery) -> None:
    by_engine = [one for name in WORKSPACES for one in stored if one.workspace_id == name]
    whole = answer_from(replace(asked, limit=1000), by_engine)
    found = await merged(asked, asks)
    assert found.total == whole.total
    assert found.aggregations == (whole.aggregations and replace(whole.aggregations, patterns=[]))
    seen: list[LogLine] = []
    page = replace(asked, limit=3, aggregate=False)
    while True:
        answer = await merged(page, asks)
        assert answer.total == whole.total
        seen += answer.rows
        if answer.next is None:
            break
        page = replace(page, after=answer.next)
    assert [row.time_us for row in seen] == [row.time_us for row in whole.rows]
    assert sorted(map(repr, seen)) == sorted(map(repr, whole.rows))


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    other = unwatched_cluster("east")
    other.log_source = ELSEWHERE
    async with access_world(sqlite_url, tmp_path, others=[other]) as access:
        yield access


async def engines_of(world: AccessWorld, stored: list[LogLine], elsewhere: list[LogLine]) -> LogEngines:
    class Embedded:
        name = "embedded"

        async def query(self, asked: LogQuery, timeout: Timeout) -> LogAnswer:
            del timeout
            return answer_from(asked, stored)

    return LogEngines(
        Embedded(), world.context.clusters, world.get(WorkspaceDirectory),
        world.clock, lambda *_: ExternalStore(MemoryEngine(elsewhere), TemplateMiner),
    )  # fmt: skip


async def test_a_query_goes_where_the_logs_are(world: AccessWorld) -> None:
    east, own = await world.workspace("East", "shop", cluster="east"), world.workspace_id
    stored = [line("stored here", workspace_id=own), line("older than the engine", workspace_id=east)]
    engines = await engines_of(world, stored, [line("stored there", workspace_id=east)])

    async def asked(fence: frozenset[str] | None) -> list[str]:
        found = await engines.query(query(workspaces=fence), Timeout(5))
        assert found.total == len(found.rows)
        return sorted(row.message for row in found.rows)

    assert await asked(frozenset({own})) == ["stored here"]
    assert await asked(frozenset({east})) == ["stored there"]
    assert await asked(None) == ["stored here", "stored there"]
    assert await asked(frozenset()) == []
    assert (engines.engine_of("east"), engines.engine_of(world.context.clusters.default_id)) == ("victorialogs", None)
    await engines.close()


async def test_whoever_has_asked_is_expected_again_for_a_minute(world: AccessWorld) -> None:
    engines = await engines_of(world, [], [])
    waiting = [engines.is_waiting]
    await engines.query(query(), Timeout(5))
    waiting.append(engines.is_waiting)
    world.clock.advance(60)
    assert [*waiting, engines.is_waiting] == [False, True, False]


async def test_a_place_is_good_for_the_engines_that_it_was_made_of(world: AccessWorld) -> None:
    east, own = await world.workspace("East", "shop", cluster="east"), world.workspace_id
    engines = await engines_of(world, [line("a", workspace_id=own), line("b", workspace_id=own)],
                               [line("c", workspace_id=east)])  # fmt: skip
    first = await engines.query(query(limit=1), Timeout(5))
    assert first.next is not None
    with pytest.raises(LogStoreError, match="start again"):
        await engines.query(query(limit=1, after=first.next, workspaces=frozenset({own})), Timeout(5))


async def test_lines_of_a_workspace_elsewhere_are_not_taken(world: AccessWorld) -> None:
    east = await world.workspace("East", "shop", cluster="east")
    writer = await world.account("logs:push:json", workspace_ids=[east])
    sent = await world.client.post("/internal/v1/logs/push", content=b'{"message": "hello"}', headers=writer)
    assert sent.json()["data"]["accepted"] == 0
    assert "read from victorialogs" in sent.json()["data"]["errors"][0]["reason"]


def test_the_configuration_file_names_engines(tmp_path: Path) -> None:
    path = tmp_path / "hexaops.yaml"
    source = '{engine: victorialogs, url: "http://logs:9428", headers: {AccountID: "7"}, fields: {component: app}}'
    path.write_text(f"clusters:\n- {{id: east, kubeconfig: /a, log_source: {source}}}\n")
    (cluster,) = read_config_file(path).clusters
    assert cluster.log_source is not None
    assert cluster.log_source.fields == {"component": "app"}
    assert "7" not in repr(cluster.log_source.headers)
    for wrong in ("{engine: other, url: 'http://a'}", "{engine: victorialogs}", source.replace("component", "app")):
        path.write_text(f"clusters:\n- {{id: east, kubeconfig: /a, log_source: {wrong}}}\n")
        with pytest.raises(ConfigFileError, match="log_source"):
            read_config_file(path)
