"""Collects pod logs through the API server: polls each container for lines beyond its mark.

Asking instead of following keeps connections and memory bounded for any number of pods, and loses nothing that the
kubelet still has. A mark is stored together with the lines before it, so a restart neither loses nor repeats a line.
Containers that write much, or are in trouble, and all while somebody follows or queries logs, are asked every few
seconds, others less and less often (see `schedule`). What a workspace may store a second is bounded: beyond that its
containers wait, and the kubelet keeps their lines meanwhile.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from msgspec.structs import replace

from hexaops.backends.kubernetes.client import LOG_PART_BYTES
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.backends.logstores.joining import Entry, joined
from hexaops.backends.logstores.kubernetes.containers import Source
from hexaops.backends.logstores.kubernetes.reading import Mark, line_of, new_lines
from hexaops.backends.logstores.lines import LogLine
from hexaops.features.access.tenancy import Workspace
from hexaops.features.logs.schedule import Polled, Schedule
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock

FIRST_LOOK = timedelta(hours=1)
"""How far back to start for a container that was never read."""
OPEN_NANOSECONDS = 1_000_000_000
"""Delay for the last entry, which may be an unfinished stack trace."""
SMALL_BYTES = 4096
"""Up to here lines are read where they arrive: about 3 ms, redaction included."""
REQUESTS_A_PLACE = 12.5
"""Requests a second for which one more is under way at the same time: 2 at 20 a second, as by default."""
MOST_AT_ONCE = 8
"""Whatever the rate: bounds connections and, with the size of an answer, memory."""
LINES_A_SECOND = 2000
"""Of one workspace, on average."""
BURST_SECONDS = 10.0

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Audience(Protocol):
    """Knows whether anyone is following, or was asking a moment ago."""

    @property
    def is_waiting(self) -> bool:
        """Whether new lines are wanted soon."""
        ...


class MarkedSink(Protocol):
    """A store that commits lines and marks together."""

    async def mark_of(self, source: str) -> Mark | None:
        """Read position of a source."""
        ...

    async def append(self, lines: list[LogLine], digest: bytes | None, marks: dict[str, Mark]) -> None:
        """Store lines of one day, and the mark behind them."""
        ...


class LogCollector:
    """Reads in rounds, for ever."""

    def __init__(
        self, clusters: Clusters, directory: WorkspaceDirectory, sink: MarkedSink, clock: Clock, *,
        audience: Sequence[Audience], per_second: float | None,
    ) -> None:  # fmt: skip
        self._directory = directory
        self._sink = sink
        self._clock = clock
        self._audience = audience
        self._schedule = Schedule(clusters, per_second)
        self._workspaces: list[Workspace] = []
        self._full_until: dict[str, float] = {}

    async def round(self) -> None:
        """Poll the containers that are due."""
        now = self._clock.monotonic()
        allowance = self._schedule.allowance(now)
        if self._workspaces and not self._due(now):
            return
        self._workspaces = await self._directory.list_all()  # anew: whose a line is must be true when it is read
        at_once = min(MOST_AT_ONCE, math.ceil(self._schedule.per_second / REQUESTS_A_PLACE))
        places = asyncio.Semaphore(at_once)
        chosen = self._due(now)[:allowance]
        results = await asyncio.gather(*(self._collect(one, places) for one in chosen), return_exceptions=True)
        for failure in (result for result in results if isinstance(result, BaseException)):
            raise failure

    def _due(self, now: float) -> list[Polled]:
        self._schedule.look(self._workspaces, now)
        full = {key for key, until in self._full_until.items() if until - now > BURST_SECONDS}
        return self._schedule.due(now, full, hurried=any(one.is_waiting for one in self._audience))

    async def _collect(self, polled: Polled, places: asyncio.Semaphore) -> None:
        async with places:
            source = _as_it_is_now(polled.source)
            found, more = 0, False
            if source is not None:
                if not polled.known:
                    polled.mark, polled.known = await self._sink.mark_of(source.key), True
                try:
                    if source.pod.restarts > polled.restarts:
                        found += (await self._read(source, polled, previous=True))[0]
                        polled.restarts = source.pod.restarts
                    count, more = await self._read(source, polled, previous=False)
                    found += count
                except KubernetesError as error:
                    reason = {"pod": source.pod.name, "reason": error.message}
                    logger.debug("a pod's log cannot be read", extra=reason)
        polled.settle(source or polled.source, self._clock.monotonic(), found, more=more)

    async def _read(self, source: Source, polled: Polled, *, previous: bool) -> tuple[int, bool]:
        """Store new lines; returns how many, and whether there are more to read immediately."""
        try:
            body = await source.cluster.reader.log_since(
                source.pod.namespace, source.pod.name, source.container, self._since(polled), previous=previous
            )
        except KubernetesError:
            if previous:  # there is none any more
                return 0, False
            raise
        cut = len(body) >= LOG_PART_BYTES
        entries = await _promptly(len(body), lambda: joined(new_lines(body, polled.mark, cut=cut)))
        now_ns = int(self._clock.now().timestamp() * 1e9)
        if entries and not (previous or cut or source.ended) and now_ns - entries[-1].last_ns < OPEN_NANOSECONDS:
            entries.pop()
        await self._store(source, polled, entries)
        return len(entries), cut

    def _since(self, polled: Polled) -> str:
        """Whole seconds, the API server's resolution."""
        first = self._clock.now() - FIRST_LOOK if polled.mark is None else datetime.fromtimestamp(
            polled.mark[0] // 1_000_000_000, UTC
        )  # fmt: skip
        return first.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def _store(self, source: Source, polled: Polled, entries: list[Entry]) -> None:
        """Day by day, as lines and mark are one in a day's log only."""
        days: dict[int, list[Entry]] = {}
        for entry in entries:
            days.setdefault(entry.first_ns // 86_400_000_000_000, []).append(entry)
        for _, some in sorted(days.items()):
            last, mark = some[-1], polled.mark
            same = last.same_time + (mark[1] if mark is not None and mark[0] == last.last_ns else 0)
            lines = await _promptly(sum(len(one.text) for one in some), functools.partial(_lines_of, source, some))
            await self._sink.append(lines, None, {source.key: (last.last_ns, same)})
            polled.mark = (last.last_ns, same)
            until = max(self._full_until.get(source.workspace_id, 0.0), self._clock.monotonic())
            self._full_until[source.workspace_id] = until + len(lines) / LINES_A_SECOND


async def _promptly(size: int, work: Callable[[], T]) -> T:
    """Do the work without holding up requests: a thread costs more than a few lines do."""
    return work() if size <= SMALL_BYTES else await asyncio.to_thread(work)


def _as_it_is_now(source: Source) -> Source | None:
    """None for a pod that is gone, also if another has its name by now: that one's lines are not this one's."""
    pod = source.cluster.cache.find("Pod", source.pod.namespace, source.pod.name)
    return replace(source, pod=pod) if pod is not None and pod.uid == source.pod.uid else None


def _lines_of(source: Source, entries: list[Entry]) -> list[LogLine]:
    return [line_of(source, entry) for entry in entries]
