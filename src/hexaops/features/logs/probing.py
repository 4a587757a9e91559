"""Asks every log source for one line of the last minute, for the health of the system."""

from __future__ import annotations

from collections.abc import Sequence, Set

from msgspec import Struct

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.logstores.base import LogQuery, LogStoreError
from hexaops.features.health.sources import SourceState, judge_answer
from hexaops.features.logs.engines import LogEngines
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

EMBEDDED = "embedded"
CALL_SECONDS = 3.0
LOOK_BACK_US = 60_000_000


class LogProbe(Struct, frozen=True):
    """Reads only; what it asks is not taken for somebody who waits for logs."""

    engines: LogEngines
    clusters: Clusters
    directory: WorkspaceDirectory
    clock: Clock

    async def __call__(self, seen: Set[str] | None) -> Sequence[SourceState]:
        """The embedded store once, and each cluster's own engine."""
        workspaces = await self.directory.list_all()
        asked: dict[tuple[str, str], set[str]] = {}
        for cluster in self.clusters:
            if seen is None or cluster.id in seen:
                kind = self.engines.engine_of(cluster.id)
                source = (cluster.name, kind) if kind else (EMBEDDED, EMBEDDED)
                asked.setdefault(source, set()).update(one.id for one in workspaces if one.cluster_id == cluster.id)
        return [await self._ask(*source, found) for source, found in asked.items()]

    async def _ask(self, name: str, kind: str, workspace_ids: set[str]) -> SourceState:
        if not workspace_ids:
            return SourceState(name, kind, "healthy", problem="not asked: no workspace's logs are there")
        now_us = int(self.clock.now().timestamp() * 1_000_000)
        query = LogQuery(
            expression=None, start_us=now_us - LOOK_BACK_US, end_us=now_us, workspaces=frozenset(workspace_ids),
            limit=1, aggregate=False,
        )  # fmt: skip
        started = self.clock.monotonic()
        try:
            await self.engines.ask(query, Timeout(CALL_SECONDS, self.clock))
        except LogStoreError as error:
            return SourceState(name, kind, "unhealthy", problem=error.message)
        seconds = self.clock.monotonic() - started
        status, problem = judge_answer(seconds)
        return SourceState(name, kind, status, seconds, problem)
