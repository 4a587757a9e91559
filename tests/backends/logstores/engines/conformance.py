"""What every adapter is held to: the answers of the reference evaluator, and the fence, on lines that it stores."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import count

from hypothesis import strategies as st
from msgspec.structs import replace

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.logstores.base import LogAnswer, LogQuery
from hexaops.backends.logstores.counting import answer_from
from hexaops.backends.logstores.external.engine import Engine
from hexaops.backends.logstores.external.fence import Fence, Tenant
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.paging import in_order
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.backends.logstores.lines import LogLine, spellings
from hexaops.backends.logstores.query.tree import And, Equals, Node, Not, Or, Text
from hexaops.kit.timeout import Timeout
from tests.backends.logstores import cases

SECONDS = 60.0
FIELDS = Fields(
    time="time", message="message", level="level", component="component", pod="pod", namespace="namespace",
    trace_id="trace_id", error_code="error_code", workspace="workspace_id",
)  # fmt: skip
TENANTS = {name: Tenant(name, frozenset({f"ns-{name}"})) for name in cases.WORKSPACES}
EVIL = st.text(alphabet="\"\\'`*(){}[]|~=!,: \n\t$%#?./<>orandws-1", min_size=1, max_size=12)
_runs = count()


@dataclass(frozen=True)
class Backend:
    """An engine that runs, and how lines get into it."""

    name: str
    open: Callable[[Fields], AbstractAsyncContextManager[Engine]]
    """With the message's and the time's names as the engine has them."""
    fill: Callable[[Sequence[dict[str, str]], Sequence[int]], Awaitable[None]]
    """Rows of FIELDS' names without time, and their times in microseconds; they can be found when it returns."""
    tick_us: int = 1
    selector: str = "run"
    """The engine's name of the field that tells examples apart."""
    unique: bool = False
    """Whether the engine drops a line that equals another one of the same time."""


def rows_of(lines: Sequence[LogLine], run: str) -> list[dict[str, str]]:
    """As a shipper would store them: levels in various spellings, no empty fields."""
    rows = []
    for line in lines:
        names = spellings(line.level)
        spelled = names[zlib.crc32(line.message.encode()) % len(names)]
        row = {
            "message": line.message, "component": line.component, "pod": line.pod, "workspace_id": line.workspace_id,
            "namespace": f"ns-{line.workspace_id}", "trace_id": line.trace_id or "", "error_code": line.error_code,
            "level": spelled.upper() if len(line.message) % 2 else spelled, "run": run,
        }  # fmt: skip
        rows.append({name: value for name, value in row.items() if value})
    return rows


class Stored:
    """Lines of one example, apart from all others by a field that the selector names."""

    def __init__(self, backend: Backend, lines: Sequence[LogLine], *, by_label: bool = True) -> None:
        self.backend = backend
        self.run = f"run-{next(_runs)}-{id(self)}"
        self.by_label = by_label
        self.lines = [self._expected(line) for line in lines]
        if backend.unique:
            self.lines = [*{(one.time_us, one.message, one.component): one for one in self.lines}.values()]

    async def store(self) -> Stored:
        """Send them."""
        await self.backend.fill(rows_of(self.lines, self.run), [line.time_us for line in self.lines])
        return self

    def fence(self, workspaces: frozenset[str] | None) -> Fence:
        """The fence of a query."""
        tenants = [tenant for name, tenant in TENANTS.items() if workspaces is None or name in workspaces]
        return Fence(tenants, self.by_label, {self.backend.selector: self.run})

    def expected(self, query: LogQuery) -> LogAnswer:
        """What the reference evaluator answers."""
        return answer_from(query, in_order(self.lines, newest_first=False))

    def _expected(self, line: LogLine) -> LogLine:
        metadata = {"namespace": f"ns-{line.workspace_id}", "run": self.run}
        if line.error_code:
            metadata["error_code"] = line.error_code
        return LogLine(
            line.time_us - line.time_us % self.backend.tick_us, line.level,
            line.message.replace("ß", "ss").strip() or "-", line.component, line.pod, line.workspace_id,
            line.trace_id, metadata,
        )  # fmt: skip


def ticked(query: LogQuery, tick_us: int) -> LogQuery:
    """The query with an end that the engine can tell."""
    return replace(query, end_us=query.end_us - query.end_us % tick_us)


async def compare(backend: Backend, lines: Sequence[LogLine], asked: Sequence[LogQuery]) -> None:
    """Every query's answer and pages equal the reference's, patterns apart."""
    stored = await Stored(backend, lines).store()
    async with backend.open(FIELDS) as engine:
        store = ExternalStore(engine, TemplateMiner)
        for one in asked:
            query = ticked(one, backend.tick_us)
            workspaces = None if query.workspaces is None else frozenset(query.workspaces)
            found = await store.query(query, stored.fence(workspaces), Timeout(SECONDS))
            expected = stored.expected(query)
            assert found.total == expected.total, query
            assert [*found.rows] == [*expected.rows], query
            assert (found.next is None) == (expected.next is None)
            same_counts(found, expected)
            await walk(store, stored, query, expected.total)


def same_counts(found: LogAnswer, expected: LogAnswer) -> None:
    """Counts are equal, and patterns count every hit once."""
    assert found.aggregations is not None
    assert expected.aggregations is not None
    assert found.aggregations.by_component == expected.aggregations.by_component
    assert found.aggregations.by_level == expected.aggregations.by_level
    assert found.aggregations.timeline == expected.aggregations.timeline
    assert found.aggregations.patterns is not None
    assert sum(one.count for one in found.aggregations.patterns) <= expected.total
    if expected.total:
        assert found.aggregations.patterns


async def walk(store: ExternalStore, stored: Stored, query: LogQuery, total: int) -> None:
    """Page after page, every hit once and in order."""
    seen: list[LogLine] = []
    asked = replace(query, limit=3, aggregate=False)
    fence = stored.fence(None if query.workspaces is None else frozenset(query.workspaces))
    while True:
        page = await store.query(asked, fence, Timeout(SECONDS))
        assert page.total == total
        seen += page.rows
        if page.next is None:
            break
        asked = replace(asked, after=page.next)
    assert seen == [*stored.expected(replace(query, limit=1000)).rows]


async def stay_inside(backend: Backend, evil: Sequence[str], *, by_label: bool) -> None:
    """Values made to break out of a filter find what has them, of the own workspace only."""
    lines = [
        cases.line(f"canary {number}", component=value, pod=value, workspace_id=workspace, trace_id=value,
                   time_us=cases.NOON_US + number * 1000)
        for number, value in enumerate(evil) for workspace in cases.WORKSPACES
    ]  # fmt: skip
    stored = await Stored(backend, lines, by_label=by_label).store()
    own = frozenset({"ws-1"})
    async with backend.open(FIELDS if by_label else replace(FIELDS, workspace=None)) as engine:
        store = ExternalStore(engine, TemplateMiner)
        for value in evil:
            for query in _escapes(value):
                found = await store.query(query, stored.fence(own), Timeout(SECONDS))
                assert {row.workspace_id for row in found.rows} <= own
                assert found.total == stored.expected(query).total, query


def _escapes(value: str) -> list[LogQuery]:
    equal: tuple[Node, ...] = (
        Equals("component", value), Equals("pod", value, prefix=True), Equals("trace_id", value),
    )  # fmt: skip
    nodes: list[Node] = [*equal, Or(equal), Not(And(equal)), Or((Not(Text(("canary",))), equal[1]))]
    own = frozenset({"ws-1"})
    return [
        *(cases.query(node, workspaces=own) for node in nodes),
        cases.query(workspaces=own, components=frozenset({value})),
    ]


def run(work: Awaitable[None]) -> None:
    """Within a test that hypothesis calls many times."""

    async def whole() -> None:
        await work

    asyncio.run(whole())
