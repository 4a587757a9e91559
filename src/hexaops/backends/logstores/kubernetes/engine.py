"""Searches pod logs and events as the cluster has them, without a store: what the kubelets keep, read when asked.

Nothing is indexed, so a query reads the newest lines of a bounded number of containers, those in trouble first, and the
answer says what was not read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.backends.logstores.base import Pattern
from hexaops.backends.logstores.counting import selected
from hexaops.backends.logstores.external.engine import Ask, Counts, Span, rolled_up
from hexaops.backends.logstores.joining import joined
from hexaops.backends.logstores.kubernetes.containers import Source, containers_of
from hexaops.backends.logstores.kubernetes.events import event_line
from hexaops.backends.logstores.kubernetes.reading import line_of, new_lines
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

MOST_CONTAINERS = 50
MOST_LINES = 2000
"""Of one container."""
AT_ONCE = 4
"""Requests at the same time, of all queries."""
READ_BYTES = 4 * 1024 * 1024


@dataclass
class _Read:
    """What one query has read."""

    lines: list[LogLine] = field(default_factory=list)
    unread: int = 0
    cut: int = 0
    failed: int = 0


class KubernetesLogs:
    """One cluster."""

    name = "kubernetes"
    resolution_us = 1
    most_rows = MOST_CONTAINERS * MOST_LINES

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster = cluster
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)
        self._reads: WeakKeyDictionary[Ask, asyncio.Task[_Read]] = WeakKeyDictionary()
        """One a query, which asks for rows, counts and patterns."""

    async def close(self) -> None:
        """Nothing is held."""

    async def rows(self, ask: Ask, span: Span) -> Sequence[LogLine]:
        """The first of them."""
        hits = [line for line in (await self._read(ask)).lines if span.start_us <= line.time_us < span.end_us]
        hits.sort(key=lambda line: line.time_us, reverse=span.newest_first)
        return hits[: span.limit]

    async def counts(self, ask: Ask, step_us: int) -> Counts:
        """Of all that was read."""
        lines = (await self._read(ask)).lines
        return rolled_up((one.component, one.level, one.time_us // step_us * step_us, 1) for one in lines)

    async def total(self, ask: Ask) -> int:
        """Of all that was read."""
        return len((await self._read(ask)).lines)

    async def patterns(self, ask: Ask) -> Sequence[Pattern] | None:
        """Every line for itself."""
        lines = (await self._read(ask)).lines
        return [Pattern(one.message, 1, one.time_us, one.time_us) for one in lines]

    async def limits(self, ask: Ask) -> Sequence[str]:
        """What was not read."""
        read = await self._read(ask)
        limits = ["Only what the cluster's nodes still keep of the logs was searched"]
        if read.unread:
            limits.append(f"{read.unread} containers were not read; name components to choose which are")
        if read.cut:
            limits.append(f"Of {read.cut} containers only the newest {MOST_LINES} lines were read")
        if read.failed:
            limits.append(f"The logs of {read.failed} containers cannot be read")
        return limits

    async def oldest_us(self, timeout: Timeout) -> int | None:
        """Each container's log has a beginning of its own: `limits` says so."""
        del timeout
        return None

    async def _read(self, ask: Ask) -> _Read:
        task = self._reads.get(ask)
        if task is None:
            task = self._reads[ask] = asyncio.ensure_future(self._search(ask))
        return await asyncio.shield(task)

    async def _search(self, ask: Ask) -> _Read:
        wanted = [
            source for source in containers_of(self._cluster, ask.fence.workspace_of)
            if not ask.query.components or source.component in ask.query.components
        ]  # fmt: skip
        wanted.sort(key=lambda source: not source.urgent)
        read = _Read(unread=max(0, len(wanted) - MOST_CONTAINERS))
        for event in self._cluster.cache.events():
            owner = ask.fence.workspace_of(event.involved_namespace)
            if owner is not None:
                read.lines += selected(ask.query, [event_line(self._cluster, event, owner)])
        await asyncio.gather(*(self._container(ask, source, read) for source in wanted[:MOST_CONTAINERS]))
        return read

    async def _container(self, ask: Ask, source: Source, read: _Read) -> None:
        now_us = int(self._clock.now().timestamp() * MICROSECONDS)
        since = max(1, -(-(now_us - ask.query.start_us) // MICROSECONDS))
        for previous in (True, False) if source.pod.restarts else (False,):
            try:
                async with self._places:
                    body = await self._cluster.reader.pod_log(
                        source.pod.namespace, source.pod.name, container=source.container, tail_lines=MOST_LINES,
                        since_seconds=since, previous=previous, timestamps=True, timeout=ask.timeout,
                    )  # fmt: skip
            except KubernetesError:
                read.failed += not previous  # of a previous container, there may be nothing any more
                continue
            found, lines = await asyncio.to_thread(_lines, ask, source, body)
            read.cut += lines >= MOST_LINES or len(body) >= READ_BYTES
            read.lines += found


def _lines(ask: Ask, source: Source, body: str) -> tuple[list[LogLine], int]:
    """What matches, and how many lines there were."""
    lines = new_lines(body.encode(), None, cut=False)
    return selected(ask.query, [line_of(source, entry) for entry in joined(lines)]), len(lines)
