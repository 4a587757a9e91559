"""The Loki adapter against a strict stand-in for its documented API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.logstores.base import LogQuery, LogStoreError
from hexaops.backends.logstores.external.engine import Engine
from hexaops.backends.logstores.external.fence import Fence, Tenant
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.http import EngineAddress, EngineHttp
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.backends.logstores.lines import LogLine
from hexaops.backends.logstores.loki.engine import FIELDS as USUAL
from hexaops.backends.logstores.loki.engine import Loki
from hexaops.backends.logstores.query.tree import Equals
from hexaops.kit.timeout import Timeout
from testenv.logengines.loki import FakeLoki, RefusedError
from testenv.logengines.loki import parse as parse_logql
from tests.backends.logstores import cases
from tests.backends.logstores.cases import lines, queries
from tests.backends.logstores.engines.conformance import EVIL, Backend, compare, run, stay_inside
from tests.backends.logstores.engines.typed import answer_typed

OWN = Fence([Tenant("ws-1", frozenset({"shop"}))])
PHASES = [Phase.explicit, Phase.generate]
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]


def engine_of(fake: FakeLoki, fields: Fields = USUAL) -> Loki:
    return Loki(EngineHttp("loki", EngineAddress("http://loki"), transport=fake.transport), fields)


def store_of(fake: FakeLoki) -> ExternalStore:
    return ExternalStore(engine_of(fake), TemplateMiner)


def backend() -> Backend:
    fake = FakeLoki()

    @asynccontextmanager
    async def opened(fields: Fields) -> AsyncIterator[Engine]:
        engine = engine_of(fake, replace(fields, time=USUAL.time, message=USUAL.message))
        yield engine
        await engine.close()

    async def fill(rows: Sequence[dict[str, str]], times: Sequence[int]) -> None:
        for row, time_us in zip(rows, times, strict=True):
            labels = {name: value for name, value in row.items() if name != "message"}
            fake.push(labels, time_us * 1000, row["message"])

    return Backend("loki", opened, fill, tick_us=1000, unique=True)


@settings(max_examples=12, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(st.lists(lines, max_size=25), st.lists(queries, min_size=1, max_size=4))
def test_random_queries_equal_the_reference(stored: list[LogLine], asked: list[LogQuery]) -> None:
    run(compare(backend(), stored, asked))


@settings(max_examples=5, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(st.lists(EVIL, min_size=1, max_size=4, unique=True), st.booleans())
def test_no_value_leaves_the_fence(evil: list[str], by_label: bool) -> None:
    run(stay_inside(backend(), evil, by_label=by_label))


async def test_typed_queries_find_their_lines() -> None:
    await answer_typed(backend())


async def test_a_partial_step_is_counted_within_the_range() -> None:
    fake = FakeLoki()
    for offset_ms in (-1, 0, 1, 59_999, 60_000, 90_000, 119_999, 120_000):
        time_ns = (cases.NOON_US // 1000 + 500 + offset_ms) * 1_000_000
        fake.push({"namespace": "shop", "container": "web"}, time_ns, f"at {offset_ms}")
    start = cases.NOON_US + 500_000
    found = await store_of(fake).query(cases.query(start_us=start, end_us=start + 120_000_000), OWN, Timeout(5))
    assert found.total == 6
    assert found.aggregations is not None
    counts = {one.start_us - cases.NOON_US: one.count for one in found.aggregations.timeline if one.count}
    assert sum(counts.values()) == 6
    assert found.aggregations.by_component == {"web": 6}
    assert [row.message for row in found.rows] == ["at 119999", "at 90000", "at 60000", "at 59999", "at 1", "at 0"]


async def test_many_components_are_left_out_and_told() -> None:
    fake = FakeLoki()
    for number in range(501):
        fake.push({"namespace": "shop", "container": f"c{number}"}, cases.NOON_US * 1000 + number, "hello")
    found = await store_of(fake).query(cases.query(), OWN, Timeout(5))
    assert found.total == 501
    assert found.aggregations is not None
    assert found.aggregations.by_component == {}
    assert any("more components" in limit for limit in found.limits)


async def test_finer_times_are_told() -> None:
    found = await store_of(FakeLoki()).query(cases.query(start_us=cases.NOON_US + 1), OWN, Timeout(5))
    assert "Times are compared by the millisecond" in found.limits


async def test_a_refusal_is_an_error_with_its_reason() -> None:
    month = 31 * 24 * cases.HOUR_US
    with pytest.raises(LogStoreError) as failure:
        await store_of(FakeLoki()).query(
            cases.query(start_us=cases.NOON_US - month, end_us=cases.NOON_US), OWN, Timeout(5)
        )
    assert "exceeds the limit" in failure.value.details["reason"]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"status":"success","data":{"result":[{}]}}', b'{"status":"error","data":{"result":[]}}']
)
async def test_a_strange_answer_is_an_error(body: bytes) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=body))
    engine = Loki(EngineHttp("loki", EngineAddress("http://loki"), transport=transport), USUAL)
    with pytest.raises(LogStoreError):
        await ExternalStore(engine, TemplateMiner).query(cases.query(), OWN, Timeout(5))


def test_a_name_that_is_no_label_is_refused() -> None:
    with pytest.raises(LogStoreError):
        engine_of(FakeLoki(), replace(USUAL, component="kubernetes.container"))


async def test_the_fence_is_a_selector_of_streams() -> None:
    fake = FakeLoki()
    await store_of(fake).query(cases.query(Equals("component", '"} or {a=~".*"}')), OWN, Timeout(5))
    assert {one["query"].split("} ")[0].split("(")[-1] for one in fake.asked} == {'{namespace=~"shop"'}


@pytest.mark.parametrize(
    "text", ["", "{}", '{a=~".*"}', '{a="b"', '{a="b"} | b', '{a="b"} | json', 'sum(count_over_time({a="b"}[1x]))']
)
def test_the_stand_in_is_strict(text: str) -> None:
    with pytest.raises(RefusedError):
        parse_logql(text)
