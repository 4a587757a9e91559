"""The live tail of engines that others fill: they are asked again and again for the newest lines.

Shippers deliver late and out of order, so each question looks a while back and what was shown already is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexaops.backends.logstores.base import MOST_ROWS, LogAnswer, LogQuery, LogStoreError
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

POLL_SECONDS = 2.0
LOOK_BACK_SECONDS = 15.0
"""Lines that become visible later than this are not shown; a query finds them."""
QUERY_SECONDS = 5.0

AskElsewhere: TypeAlias = Callable[[LogQuery, Timeout], Awaitable[LogAnswer | None]]
"""The answer of the engines that others fill; None when none of them has lines of the query's workspaces."""


class Newer(Struct, frozen=True):
    """What one question found."""

    lines: Sequence[LogLine]
    """Oldest first."""
    missed: int = 0
    """Lines between two questions that were more than an answer holds."""
    problem: LogStoreError | None = None
    """Why there is no answer, told once; the next question follows."""


class LogPoller:
    """Asks for one follower."""

    def __init__(self, ask: AskElsewhere, clock: Clock) -> None:
        self._ask = ask
        self._clock = clock

    async def newer(self, query: LogQuery) -> AsyncIterator[Newer]:
        """Everything that becomes visible from now on, until closed; ends at once when no engine is concerned."""
        began_us = self._now_us()
        shown, failing = Counter[bytes](), False
        while True:
            end_us = self._now_us() + 1
            start_us = max(began_us, end_us - round(LOOK_BACK_SECONDS * MICROSECONDS))
            asked = replace(query, start_us=start_us, end_us=end_us, limit=MOST_ROWS, aggregate=False)
            try:
                answer = await self._ask(asked, Timeout(QUERY_SECONDS, self._clock))
            except LogStoreError as error:
                if not failing:
                    yield Newer((), problem=error)
                failing = True
            else:
                failing = False
                if answer is None:
                    return
                found, shown = _fresh(answer, shown)
                if found.lines or found.missed:
                    yield found
            await self._clock.sleep(POLL_SECONDS)

    def _now_us(self) -> int:
        return int(self._clock.now().timestamp() * MICROSECONDS)


def _fresh(answer: LogAnswer, shown: Counter[bytes]) -> tuple[Newer, Counter[bytes]]:
    """The rows that were not shown yet, and all rows as shown."""
    rows, seen = list[LogLine](), Counter[bytes]()
    for row in answer.rows:
        key = msgspec.msgpack.encode(row)
        seen[key] += 1
        if seen[key] > shown[key]:
            rows.append(row)
    cut = answer.total - len(answer.rows)
    # Of the lines that the answer had no place for, those that were shown before are not missed.
    missed = max(0, cut - (shown - seen).total()) if cut > 0 else 0
    return Newer(rows[::-1], missed), seen
