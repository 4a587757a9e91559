"""The tail of engines that others fill: each line once, late ones too, and what was too much is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from hexaops.backends.logstores.base import MOST_ROWS, LogAnswer, LogQuery, LogStoreError
from hexaops.backends.logstores.counting import answer_from
from hexaops.backends.logstores.external.engine import engine_error
from hexaops.backends.logstores.lines import LogLine
from hexaops.features.logs.following import TailFilter, following
from hexaops.features.logs.polling import LOOK_BACK_SECONDS, POLL_SECONDS, LogPoller, Newer
from hexaops.features.logs.tailing import LogTail
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import line
from tests.features.logs.test_tail import next_event

WANTED = following(TailFilter("canary", frozenset(), frozenset()), frozenset({"ws-1"}))


class Engine:
    """Holds lines, and a clock that every sleep of the poller moves on."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.lines: list[LogLine] = []
        self.failure: LogStoreError | None = None
        self.asked: list[LogQuery] = []

    @property
    def now_us(self) -> int:
        return int(self.clock.now().timestamp() * 1_000_000)

    def add(self, text: str, ago_seconds: float = 0.0) -> None:
        self.lines.append(line(f"canary {text}", time_us=self.now_us - round(ago_seconds * 1e6)))

    async def ask(self, query: LogQuery, timeout: Timeout) -> LogAnswer | None:
        del timeout
        self.asked.append(query)
        if self.failure is not None:
            raise self.failure
        return answer_from(query, self.lines)

    def newer(self) -> AsyncIterator[Newer]:
        return LogPoller(self.ask, self.clock).newer(WANTED)

    async def next(self, found: AsyncIterator[Newer]) -> Newer:
        """What comes next, however many pauses it takes."""
        waiting = asyncio.ensure_future(anext(found))
        while not waiting.done():
            await asyncio.sleep(0)
            self.clock.advance(POLL_SECONDS)
        return await waiting


async def test_each_line_comes_once_and_in_order_also_late_and_equal_ones() -> None:
    engine = Engine()
    async with aclosing(engine.newer()) as found:  # type: ignore[type-var] # a generator
        engine.add("before it began", ago_seconds=1)
        engine.add("a")
        engine.add("b")
        assert [one.message for one in (await engine.next(found)).lines] == ["canary a", "canary b"]
        engine.add("b", ago_seconds=0)
        engine.add("late", ago_seconds=1)
        assert [one.message for one in (await engine.next(found)).lines] == ["canary late", "canary b"]
        engine.add("b", ago_seconds=0)
        assert [one.message for one in (await engine.next(found)).lines] == ["canary b"]
    assert all(one.end_us - one.start_us <= LOOK_BACK_SECONDS * 1e6 for one in engine.asked)


async def test_what_is_too_much_is_counted() -> None:
    engine = Engine()
    async with aclosing(engine.newer()) as found:  # type: ignore[type-var] # a generator
        for number in range(MOST_ROWS + 7):
            engine.add(str(number))
        first = await engine.next(found)
        assert (len(first.lines), first.missed) == (MOST_ROWS, 7)


async def test_a_failure_is_told_and_tried_again() -> None:
    engine = Engine()
    async with aclosing(engine.newer()) as found:  # type: ignore[type-var] # a generator
        engine.failure = engine_error("loki", "it cannot be reached")
        assert (await engine.next(found)).problem is engine.failure
        engine.failure = None
        engine.add("back")
        assert [one.message for one in (await engine.next(found)).lines] == ["canary back"]


async def test_nobody_is_asked_without_such_an_engine() -> None:
    async def nobody(query: LogQuery, timeout: Timeout) -> LogAnswer | None:
        del query, timeout
        return None

    assert [one async for one in LogPoller(nobody, ManualClock()).newer(WANTED)] == []


async def test_followers_get_them_and_the_problems() -> None:
    engine = Engine()
    engine.add("first")
    tail = LogTail(LogPoller(engine.ask, engine.clock))
    engine.lines[0] = replace_time(engine.lines[0], engine.now_us)
    events = tail.follow(WANTED)
    name, data = await next_event(events)
    assert (name, data["message"]) == ("line", "canary first")
    engine.failure = engine_error("loki", "it cannot be reached")
    waiting = asyncio.ensure_future(next_event(events))
    while not waiting.done():
        await asyncio.sleep(0)
        engine.clock.advance(POLL_SECONDS)
    name, data = await waiting
    assert (name, data["code"], data["details"]["source"]) == ("problem", engine.failure.code, "loki")
    tail.close()
    assert (await next_event(events))[0] == "end"


def replace_time(found: LogLine, time_us: int) -> LogLine:
    return LogLine(time_us, found.level, found.message, found.component, found.pod, found.workspace_id)
