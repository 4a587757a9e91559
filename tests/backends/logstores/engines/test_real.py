"""Adapters on real servers: random queries equal the reference, and nothing leaves the fence (`make test-cluster`)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.external.fence import Fence
from hexaops.backends.logstores.external.http import EngineAddress, EngineHttp
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.backends.logstores.lines import LogLine, time_text
from hexaops.backends.logstores.opensearch.engine import OpenSearch
from hexaops.backends.logstores.query.parser import parse
from hexaops.kit.timeout import Timeout
from testenv.logengines import opensearch
from tests.backends.logstores import cases
from tests.backends.logstores.cases import lines, queries
from tests.backends.logstores.engines.conformance import (
    EVIL,
    FIELDS,
    SECONDS,
    TENANTS,
    Backend,
    compare,
    run,
    stay_inside,
)
from tests.backends.logstores.engines.typed import answer_typed

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]
PHASES = [Phase.explicit, Phase.generate]
"""No shrinking: with a server behind it, it takes minutes."""
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(max_examples=15, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(st.lists(lines, min_size=1, max_size=40), st.lists(queries, min_size=4, max_size=8))
def test_random_queries_equal_the_reference(backend: Backend, stored: list[LogLine], asked: list[LogQuery]) -> None:
    run(compare(backend, stored, asked))


async def test_typed_queries_find_their_lines(backend: Backend) -> None:
    await answer_typed(backend)


@settings(max_examples=5, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(st.lists(EVIL, min_size=1, max_size=5, unique=True), st.booleans())
def test_no_value_leaves_the_fence(backend: Backend, evil: list[str], by_label: bool) -> None:
    run(stay_inside(backend, evil, by_label=by_label))


async def test_the_oldest_line_is_known(backend: Backend) -> None:
    row = {"message": "old", "level": "info", "workspace_id": "ws-1", "namespace": "ns-ws-1", "component": "api"}
    oldest_us = cases.NOON_US - 500 * 24 * cases.HOUR_US
    async with backend.open(FIELDS) as engine:
        assert await engine.oldest_us(Timeout(SECONDS)) != oldest_us
        await backend.fill([row], [oldest_us])
        found = await engine.oldest_us(Timeout(SECONDS))
    assert found is not None
    assert oldest_us - 24 * cases.HOUR_US < found <= oldest_us


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An OpenSearch node of its own."""
    jars = opensearch.install()
    if jars is None:
        pytest.skip("OpenSearch cannot run here: Java or Maven is missing")
    with opensearch.serving(jars, tmp_path_factory.mktemp("search")) as url:
        yield url


async def test_an_index_with_other_words_is_told(search: str) -> None:
    engine = OpenSearch(EngineHttp("opensearch", EngineAddress(search)), replace(FIELDS, time="@timestamp"), "plain-*")
    store, fence = ExternalStore(engine, TemplateMiner), Fence([TENANTS["ws-1"]], by_label=True)
    empty = await store.query(cases.query(), fence, Timeout(SECONDS))
    assert (empty.total, [*empty.rows]) == (0, [])
    row = {"@timestamp": time_text(cases.NOON_US), "message": "order_id=7 failed", "workspace_id": "ws-1"}
    async with httpx2.AsyncClient(base_url=search, timeout=SECONDS) as client:
        assert (await client.post("/plain-1/_doc?refresh=true", json=row)).status_code == 201
    found = await store.query(cases.query(parse("failed")), fence, Timeout(SECONDS))
    assert [one.message for one in found.rows] == ["order_id=7 failed"]
    assert any("analyzer" in limit for limit in found.limits)
    assert (await store.query(cases.query(parse("order")), fence, Timeout(SECONDS))).total == 0
    await store.close()
