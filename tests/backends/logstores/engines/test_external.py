"""What adapters share: pages without a tie-breaker, the fence, limits and failures."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.logstores.base import LogQuery, LogStoreError
from hexaops.backends.logstores.external.fence import Fence, Names, Tenant
from hexaops.backends.logstores.external.fields import microseconds
from hexaops.backends.logstores.external.reach import KNOWN_SECONDS
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.backends.logstores.lines import LogLine
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import HOUR_US, NOON_US, line, lines, queries, query
from tests.backends.logstores.engines.conformance import compare, run
from tests.backends.logstores.engines.memory import MemoryEngine, memory_backend
from tests.backends.logstores.engines.typed import answer_typed

OWN = Fence([Tenant("ws-1", frozenset({"shop"}))])


PHASES = [Phase.explicit, Phase.generate]
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=30, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(st.lists(lines, max_size=45), st.lists(queries, min_size=1, max_size=6))
def test_pages_hold_every_line_once_whatever_order_the_engine_has(stored: list[LogLine], asked: list[LogQuery]) -> None:
    run(compare(memory_backend(), stored, asked))


async def test_typed_queries_find_their_lines() -> None:
    await answer_typed(memory_backend())


async def test_a_time_with_more_lines_than_the_engine_returns_is_told() -> None:
    engine = MemoryEngine([line(f"m{number}") for number in range(60)])
    found = await ExternalStore(engine, TemplateMiner).query(query(limit=55), OWN, Timeout(5))
    assert (found.total, len(found.rows)) == (60, 50)
    assert "More than 50 lines have one time; not all of them can be listed" in found.limits


async def test_patterns_of_a_sample_are_told() -> None:
    engine = MemoryEngine([line(f"took {number} ms", time_us=query().start_us + number) for number in range(60)])
    found = await ExternalStore(engine, TemplateMiner).query(query(), OWN, Timeout(5))
    assert found.aggregations is not None
    assert [(one.template, one.count) for one in found.aggregations.patterns or ()] == [("took <*> ms", 49)]
    assert [*found.limits] == ["a limit", "Patterns are those of the newest 49 lines only"]


async def test_a_foreign_line_is_an_error_not_a_row() -> None:
    engine = MemoryEngine([line("own"), line("foreign", workspace_id="ws-2")], fenced=False)
    with pytest.raises(LogStoreError) as failure:
        await ExternalStore(engine, TemplateMiner).query(query(), OWN, Timeout(5))
    assert "other workspaces" in failure.value.details["reason"]


async def test_without_a_workspace_nothing_is_asked() -> None:
    engine = MemoryEngine([line("own")], fenced=False)
    found = await ExternalStore(engine, TemplateMiner).query(query(), Fence([]), Timeout(5))
    assert (found.total, [*found.rows]) == (0, [])
    assert found.aggregations is not None
    assert sum(bucket.count for bucket in found.aggregations.timeline) == 0


async def test_rows_are_redacted_and_cleaned() -> None:
    engine = MemoryEngine([line("password=hunter2secret \x1b[31mred")])
    found = await ExternalStore(engine, TemplateMiner).query(query(), OWN, Timeout(5))
    assert found.rows[0].message == "password=[redacted] red"
    assert found.aggregations is not None
    assert all("hunter2" not in one.template for one in found.aggregations.patterns or ())


@pytest.mark.parametrize(
    ("fence", "expected"),
    [
        (Fence([]), Names([])),
        (OWN, Names(["shop"])),
        (Fence([Tenant("a", frozenset({"x", "kube-system"}), frozenset({"kube-system"}))]), Names(["x"])),
        (Fence([Tenant("all", None, frozenset({"kube-system", "x"}))]), Names(["kube-system", "x"], negated=True)),
        (
            Fence([Tenant("all", None, frozenset({"kube-system", "x"})), Tenant("a", frozenset({"x"}))]),
            Names(["kube-system"], negated=True),
        ),
        (Fence([Tenant("a", frozenset({"x"})), Tenant("b", None)], by_label=True), Names(["a", "b"])),
    ],
)
def test_a_fence_names_what_its_field_may_hold(fence: Fence, expected: Names) -> None:
    assert fence.names() == expected


def test_a_fence_knows_whose_a_line_is() -> None:
    fence = Fence([Tenant("all", None, frozenset({"kube-system", "x"})), Tenant("a", frozenset({"x"}))])
    assert [fence.workspace_of(name) for name in ("x", "y", "kube-system", "")] == ["a", "all", None, None]
    assert Fence(fence.tenants, by_label=True).workspace_of("b") is None


def test_times_have_up_to_nine_digits() -> None:
    second = 1_705_761_930_000_000
    for text, fraction in ((":30Z", 0), (":30.5Z", 500_000), (":30.123456789Z", 123_456), (":30.1+00:00", 100_000)):
        assert microseconds(f"2024-01-20T14:45{text}") == second + fraction


async def test_new_patterns_are_not_guessed_from_a_sample() -> None:
    engine = MemoryEngine([line("hello")])
    found = await ExternalStore(engine, TemplateMiner).query(query(new_since_us=0), OWN, Timeout(5))
    assert found.aggregations is not None
    assert found.aggregations.patterns is None
    assert any("new" in limit for limit in found.limits)


async def test_a_range_from_before_the_oldest_line_is_told() -> None:
    engine, clock = MemoryEngine([line("old"), line("new", time_us=NOON_US + HOUR_US)]), ManualClock()
    store = ExternalStore(engine, TemplateMiner, clock)
    told = "Only the time since 2026-01-31T12:00:00Z is covered, 1d of 2d: memory has no older lines"
    assert (await store.query(query(), OWN, Timeout(5))).limits[0] == told
    assert (await store.query(query(start_us=NOON_US), OWN, Timeout(5))).limits[0] == "a limit"
    assert engine.asked_for_oldest == 1
    engine.lines = engine.lines[1:]
    clock.advance(KNOWN_SECONDS)
    (first, *_) = (await store.query(query(start_us=NOON_US, end_us=NOON_US + 1), OWN, Timeout(5))).limits
    assert first.startswith("Nothing of the time range is covered, which ends before 2026-01-31T13:00:00Z: ")


async def test_an_engine_that_does_not_tell_its_oldest_line_answers_all_the_same() -> None:
    engine = MemoryEngine([line("old")])
    engine.refuses = True
    found = await ExternalStore(engine, TemplateMiner, ManualClock()).query(query(), OWN, Timeout(5))
    assert (found.total, found.limits[0]) == (1, "a limit")
