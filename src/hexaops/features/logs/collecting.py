"""Collects pod logs through the API server: polls each container for lines beyond its mark.

Asking instead of following keeps connections and memory bounded for any number of pods, and loses nothing that the
kubelet still has. A mark is stored together with the lines before it, so a restart neither loses nor repeats a line.
Containers that write much, or are in trouble, and all while somebody follows or queries logs, are asked every few
seconds, others less and less often. What a workspace may store a second is bounded: beyond that its containers wait,
and the kubelet keeps their lines meanwhile.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from hexaops.backends.kubernetes.client import LOG_PART_BYTES
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.backends.logstores.joining import Entry, joined
from hexaops.backends.logstores.kubernetes.containers import Source
from hexaops.backends.logstores.kubernetes.reading import Mark, line_of, new_lines
from hexaops.backends.logstores.lines import LogLine
from hexaops.features.access.tenancy import Workspace
from hexaops.features.logs.sources import sources_of
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock

ROUND_SECONDS = 2.0
LONGEST_SILENCE_SECONDS = 60.0
LONGEST_TRICKLE_SECONDS = 20.0
"""Pause between polls of a quiet container."""
MUCH_LINES = 50
"""Lines per poll from which a container is polled every round."""
ENDED_SECONDS = 3600.0
"""Pause between polls of a terminated container that was read to its end."""
FIRST_LOOK = timedelta(hours=1)
"""How far back to start for a container that was never read."""
OPEN_NANOSECONDS = 1_000_000_000
"""Delay for the last entry, which may be an unfinished stack trace."""
SMALL_BYTES = 4096
"""Up to here lines are read where they arrive: about 3 ms, redaction included."""
AT_ONCE = 2
"""Maximum number of concurrent requests."""
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


@dataclass
class _State:
    """State of a source besides its mark."""

    due: float = 0.0
    read_at: float = 0.0
    interval: float = ROUND_SECONDS
    restarts: int = 0
    mark: Mark | None = None
    known: bool = False


class LogCollector:
    """Reads in rounds, for ever."""

    def __init__(
        self, clusters: Clusters, directory: WorkspaceDirectory, sink: MarkedSink, clock: Clock, *,
        audience: Sequence[Audience], per_second: float,
    ) -> None:  # fmt: skip
        self._clusters = clusters
        self._directory = directory
        self._sink = sink
        self._clock = clock
        self._audience = audience
        self._reads_a_round = max(1, int(per_second * ROUND_SECONDS))
        self._states: dict[str, _State] = {}
        self._workspaces: list[Workspace] = []
        self._full_until: dict[str, float] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def round(self) -> None:
        """Poll the containers that are due."""
        if self._workspaces and not self._due():
            return
        self._workspaces = await self._directory.list_all()  # anew: whose a line is must be true when it is read
        due = self._due()
        due.sort(key=lambda source: (not source.urgent, self._states[source.key].due))
        results = await asyncio.gather(
            *(self._collect(source) for source in due[: self._reads_a_round]), return_exceptions=True
        )
        for failure in (result for result in results if isinstance(result, BaseException)):
            raise failure

    def _due(self) -> list[Source]:
        sources = [source for cluster in self._collected() for source in sources_of(cluster, self._workspaces)]
        self._states = {source.key: self._states.get(source.key) or _State() for source in sources}
        now = self._clock.monotonic()
        return [source for source in sources if self._is_due(source, now)]

    def _collected(self) -> list[Cluster]:
        """Clusters whose logs no other engine has."""
        return [cluster for cluster in self._clusters if cluster.log_source is None]

    def _is_due(self, source: Source, now: float) -> bool:
        full = self._full_until.get(source.workspace_id, 0.0) - now > BURST_SECONDS
        state = self._states[source.key]
        hurried = any(one.is_waiting for one in self._audience) and state.interval <= LONGEST_TRICKLE_SECONDS
        due = min(state.due, state.read_at + ROUND_SECONDS) if hurried else state.due
        return not full and due <= now

    async def _collect(self, source: Source) -> None:
        state = self._states[source.key]
        async with self._places:
            if not state.known:
                state.mark, state.known = await self._sink.mark_of(source.key), True
            found, more = 0, False
            try:
                if source.pod.restarts > state.restarts:
                    found += (await self._read(source, state, previous=True))[0]
                    state.restarts = source.pod.restarts
                count, more = await self._read(source, state, previous=False)
                found += count
            except KubernetesError as error:
                logger.debug("a pod's log cannot be read", extra={"pod": source.pod.name, "reason": error.message})
        state.interval = _next_interval(source, state.interval, found)
        state.read_at = self._clock.monotonic()
        state.due = state.read_at if more else _next_beat(state.read_at, state.interval)

    async def _read(self, source: Source, state: _State, *, previous: bool) -> tuple[int, bool]:
        """Store new lines; returns how many, and whether there are more to read immediately."""
        try:
            body = await source.cluster.reader.log_since(
                source.pod.namespace, source.pod.name, source.container, self._since(state), previous=previous
            )
        except KubernetesError:
            if previous:  # there is none any more
                return 0, False
            raise
        cut = len(body) >= LOG_PART_BYTES
        entries = await _promptly(len(body), lambda: joined(new_lines(body, state.mark, cut=cut)))
        now_ns = int(self._clock.now().timestamp() * 1e9)
        if entries and not (previous or cut or source.ended) and now_ns - entries[-1].last_ns < OPEN_NANOSECONDS:
            entries.pop()
        await self._store(source, state, entries)
        return len(entries), cut

    def _since(self, state: _State) -> str:
        """Whole seconds, the API server's resolution."""
        first = self._clock.now() - FIRST_LOOK if state.mark is None else datetime.fromtimestamp(
            state.mark[0] // 1_000_000_000, UTC
        )  # fmt: skip
        return first.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def _store(self, source: Source, state: _State, entries: list[Entry]) -> None:
        """Day by day, as lines and mark are one in a day's log only."""
        days: dict[int, list[Entry]] = {}
        for entry in entries:
            days.setdefault(entry.first_ns // 86_400_000_000_000, []).append(entry)
        for _, some in sorted(days.items()):
            last, mark = some[-1], state.mark
            same = last.same_time + (mark[1] if mark is not None and mark[0] == last.last_ns else 0)
            lines = await _promptly(sum(len(one.text) for one in some), functools.partial(_lines_of, source, some))
            await self._sink.append(lines, None, {source.key: (last.last_ns, same)})
            state.mark = (last.last_ns, same)
            until = max(self._full_until.get(source.workspace_id, 0.0), self._clock.monotonic())
            self._full_until[source.workspace_id] = until + len(lines) / LINES_A_SECOND


async def _promptly(size: int, work: Callable[[], T]) -> T:
    """Do the work without holding up requests: a thread costs more than a few lines do."""
    return work() if size <= SMALL_BYTES else await asyncio.to_thread(work)


def _next_beat(now: float, interval: float) -> float:
    """The first multiple of the interval that is half of it away: containers are read together, with pauses between."""
    return math.ceil((now + interval / 2) / interval) * interval


def _next_interval(source: Source, interval: float, found: int) -> float:
    if found >= MUCH_LINES or (found and source.urgent):
        return ROUND_SECONDS
    if found:
        return min(interval * 2, LONGEST_TRICKLE_SECONDS)
    return min(interval * 2, ENDED_SECONDS if source.ended else LONGEST_SILENCE_SECONDS)


def _lines_of(source: Source, entries: list[Entry]) -> list[LogLine]:
    return [line_of(source, entry) for entry in entries]
