"""The embedded engine answers what the reference evaluator answers, whatever is asked."""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hexaops.backends.logstores.base import LogQuery, LogStoreError
from hexaops.backends.logstores.counting import answer_from
from hexaops.backends.logstores.embedded.partition import INDEX, PartitionName
from hexaops.backends.logstores.embedded.schema import open_index
from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.backends.logstores.lines import LEVELS, LogLine
from hexaops.backends.logstores.query.tree import And, Equals, Text
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import (
    HOUR_US,
    NOON_US,
    FirstWordMiner,
    first_word,
    line,
    lines,
    queries,
    query,
    stored_order,
)
from tests.backends.logstores.embedded.conftest import RETENTION, Opener
from tests.backends.logstores.engines import typed

PHASES = [Phase.explicit, Phase.generate]
"""No shrinking: every example stores and commits, so that a failure would take minutes to be told."""
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(
    st.lists(st.lists(lines, max_size=20), max_size=3),
    st.lists(queries, min_size=1, max_size=12),
    st.sampled_from(["joined", "joined", "joined", "raised", "few", "level-keys", None]),
)
def test_random_queries_equal_the_reference(
    batches: list[list[LogLine]], asked: list[LogQuery], version: str | None
) -> None:
    asyncio.run(_compare(batches, asked, version))


async def _compare(batches: list[list[LogLine]], asked: list[LogQuery], version: str | None) -> None:
    clock = ManualClock(datetime.fromtimestamp(NOON_US / 1e6 + 2 * 86_400, UTC))
    with tempfile.TemporaryDirectory() as folder:
        _make_index(Path(folder), version)
        opened = EmbeddedLogStore(Path(folder), FirstWordMiner(), Retention(14, 1 << 40), clock)
        await opened.ensure_open()
        try:
            stored: list[LogLine] = []
            for number, batch in enumerate(batches):
                await opened.append(batch, digest=number.to_bytes(16, "big"))
                stored += batch
            for one in asked:
                found = await opened.query(one, Timeout(60))
                expected = answer_from(one, stored_order(stored), lambda hit: first_word(hit.message))
                assert found.total == expected.total
                assert [*found.rows] == [*expected.rows]
                assert found.aggregations == expected.aggregations
                assert (found.next is None) == (expected.next is None)
                assert not found.limits
                await _walk(opened, one, expected.total)
        finally:
            await opened.close()


async def _walk(opened: EmbeddedLogStore, one: LogQuery, total: int) -> None:
    """Page after page, every hit once and in order."""
    seen: list[LogLine] = []
    asked = replace(one, limit=3, aggregate=False)
    while True:
        page = await opened.query(asked, Timeout(60))
        assert page.total == total
        seen += page.rows
        if page.next is None:
            break
        asked = replace(asked, after=page.next)
    whole = await opened.query(replace(one, limit=1000, aggregate=False), Timeout(60))
    assert seen == [*whole.rows]
    assert len(seen) == total


async def test_a_day_of_several_parts_is_in_order(opened: Opener) -> None:
    async with opened(replace(RETENTION, lines_a_partition=2)) as logs:
        for number in range(7):
            await logs.append([line(f"m{number}", time_us=NOON_US + number % 3)])
        expected = [f"m{number}" for number in (5, 2, 4, 1, 6, 3, 0)]
        found = await logs.query(query(), Timeout(60))
        assert [row.message for row in found.rows] == expected
        seen, asked = [], replace(query(), limit=2)
        while True:
            page = await logs.query(asked, Timeout(60))
            seen += [row.message for row in page.rows]
            if page.next is None:
                break
            asked = replace(asked, after=page.next)
        assert seen == expected


async def test_typed_queries_find_their_lines(opened: Opener) -> None:
    async with opened() as logs:
        await logs.append(typed.LINES)
        for asked in typed.asked():
            found = await logs.query(asked, Timeout(60))
            expected = answer_from(asked, typed.LINES, lambda hit: first_word(hit.message))
            assert [*found.rows] == [*expected.rows]
            assert found.aggregations == expected.aggregations


@pytest.mark.parametrize("newest_first", [True, False])
async def test_pages_go_on_over_days_without_lines(opened: Opener, newest_first: bool) -> None:
    days = (0, 3, 9)
    messages = [f"m{day}" for day in (reversed(days) if newest_first else days)]
    async with opened() as logs:
        for day in days:
            await logs.append([line(f"m{day}", time_us=NOON_US - (9 - day) * 24 * HOUR_US)])
        seen, asked = list[str](), query(start_us=NOON_US - 240 * HOUR_US, limit=1, newest_first=newest_first)
        while len(seen) < 4:
            page = await logs.query(asked, Timeout(60))
            seen += [row.message for row in page.rows]
            if page.next is None:
                break
            asked = replace(asked, after=page.next, aggregate=False)
    assert seen == messages


async def test_a_query_that_takes_too_long_is_refused(opened: Opener) -> None:
    async with opened() as logs:
        await logs.append([line("hello")])
        with pytest.raises(LogStoreError, match="longer than"):
            await logs.query(query(), Timeout(0))


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 40, 1000])
async def test_rows_that_come_with_the_counts(opened: Opener, limit: int, newest_first: bool) -> None:
    asked = query(
        And((Text(("error",), message_only=True), Text(("seen",), message_only=True))),
        levels=frozenset({"warning", "error"}), limit=limit, newest_first=newest_first,
    )  # fmt: skip
    stored = [
        line(f"error {number} seen", time_us=NOON_US + number % 7, level=LEVELS[number % 5]) for number in range(300)
    ]
    async with opened() as logs:
        for start in range(0, len(stored), 100):
            await logs.append(stored[start : start + 100])
            await logs.flush()
        found = await logs.query(asked, Timeout(60))
    expected = answer_from(asked, stored_order(stored), lambda hit: first_word(hit.message))
    assert found.total == expected.total == 120
    assert [*found.rows] == [*expected.rows]
    assert found.aggregations == expected.aggregations


VERSIONS = (None, "level-keys", "few", "raised", "joined")
"""What stands beside an index of each version, which says which keys its lines have."""


def _make_index(folder: Path, version: str | None) -> None:
    """An empty index of noon's day as that version makes it."""
    place = folder / str(PartitionName.of(NOON_US)) / INDEX
    place.parent.mkdir(parents=True)
    open_index(place)
    if version == "joined":
        return
    (place / "joined").unlink()
    if version is not None:
        (place / version).touch()
    meta = json.loads((place / "meta.json").read_text())
    for field in meta["schema"]:
        if field["name"] == "keys":
            field["options"]["indexing"]["tokenizer"] = "raw"
    (place / "meta.json").write_text(json.dumps(meta))


BLANKS = ("a", "a b", "a\tb", "a\nb", "a\x1f1b", "\x1f", " a", "a ", "A b", "a\u00a0b")
"""Values with white space, which ends a key, and with the sign that stands for it."""


@pytest.mark.parametrize("version", VERSIONS)
async def test_values_with_blanks_are_found_as_they_are(opened: Opener, folder: Path, version: str | None) -> None:
    stored = [
        line("m", time_us=NOON_US + number, pod=value, trace_id=value, metadata={"error_code": value})
        for number, value in enumerate(BLANKS)
    ]
    await asyncio.to_thread(_make_index, folder, version)
    async with opened() as logs:
        await logs.append(stored)
        for field in ("pod", "trace_id", "error_code"):
            for value in BLANKS:
                for prefix in (False, True) if version == "joined" else (False,):
                    asked = query(Equals(field, value, prefix))
                    found = await logs.query(asked, Timeout(60))
                    assert [*found.rows] == [*answer_from(asked, stored_order(stored), lambda _: "").rows]
        for words in (("a",), ("b",), ("a", "b"), ("b", "a")):
            asked = query(Text(words))
            found = await logs.query(asked, Timeout(60))
            assert [*found.rows] == [*answer_from(asked, stored_order(stored), lambda _: "").rows]


@pytest.mark.parametrize("levels", [("error",), ("info",), ("warning", "error"), ("info", "error"), LEVELS])
@pytest.mark.parametrize("version", VERSIONS)
async def test_levels_of_workspaces_are_found_in_indexes_of_every_version(
    opened: Opener, folder: Path, levels: tuple[str, ...], version: str | None
) -> None:
    stored = [
        line(f"m{number}", time_us=NOON_US + number, level=LEVELS[number % 5], workspace_id=f"ws-{number % 3}")
        for number in range(60)
    ]
    asked = query(workspaces=frozenset({"ws-0", "ws-1"}), levels=frozenset(levels), limit=100)
    expected = answer_from(asked, stored_order(stored), lambda hit: first_word(hit.message))
    await asyncio.to_thread(_make_index, folder, version)
    async with opened() as logs:
        await logs.append(stored)
        found = await logs.query(asked, Timeout(60))
    assert [*found.rows] == [*expected.rows]
    assert found.aggregations == expected.aggregations


async def test_patterns_that_were_not_there_before(opened: Opener) -> None:
    stored = [line(text, time_us=NOON_US + at) for at, text in enumerate(("old a", "known b", "old c", "fresh d"))]
    asked = query(new_since_us=NOON_US + 2)
    async with opened() as logs:
        await logs.append(stored)
        found = await logs.query(asked, Timeout(60))
    assert found.total == 4
    assert found.aggregations == answer_from(asked, stored, lambda hit: first_word(hit.message)).aggregations
    assert found.aggregations is not None
    assert [one.template for one in found.aggregations.patterns or ()] == ["fresh"]
