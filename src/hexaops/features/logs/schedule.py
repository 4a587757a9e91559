"""Which containers are read next, and how many: where most lines are likely to wait.

With fewer containers than requests every one is read when it is due. Beyond that all wait in proportion to the time in
which they write a few lines, silent ones to a minute. One in trouble counts its waiting fourfold. As waiting counts
more the longer it is, none waits for ever.
"""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.logstores.kubernetes.containers import Source
from hexaops.backends.logstores.kubernetes.reading import Mark
from hexaops.features.access.tenancy import Workspace
from hexaops.features.logs.sources import sources_of

ROUND_SECONDS = 2.0
LONGEST_SILENCE_SECONDS = 60.0
"""Pause between polls of a silent container."""
LONGEST_TRICKLE_SECONDS = 20.0
"""Pause between polls of a quiet container."""
MUCH_LINES = 50
"""Lines per poll from which a container is polled every round."""
ENDED_SECONDS = 3600.0
"""Pause between polls of a terminated container that was read to its end."""
FEW_LINES = 10
"""Pace of a container: the time in which it writes so many, but a round to the longest silence."""
URGENCY = 4
LEAST_A_SECOND, MOST_A_SECOND = 20.0, 100.0
CONTAINERS_A_REQUEST = 100
"""By default a hundredth of the containers is read a second, within the two bounds."""
MOST_CATCH_UP_SECONDS = 3 * ROUND_SECONDS
"""A round that comes late may make up for so long."""
PODS_A_LOOK = 1000
"""Pods change all the time in large clusters: for so many containers they are looked through a second later."""

Signature = list[tuple[Cluster, int]]


@dataclass(eq=False, slots=True)
class Polled:
    """A container and where its reading stands."""

    source: Source
    due: float
    seen_at: float
    """Last read or, before that, when it was found."""
    read: bool = False
    interval: float = ROUND_SECONDS
    pace: float = LONGEST_TRICKLE_SECONDS
    """Before the first read that of a quiet one: it must not hold up those that are known to write much."""
    restarts: int = 0
    mark: Mark | None = None
    known: bool = False

    def rank(self, now: float, *, hurried: bool) -> float:
        """How urgently it is to be read, at least 1; 0 until it is due."""
        soon = hurried and self.read and self.interval <= LONGEST_TRICKLE_SECONDS
        if (min(self.due, self.seen_at + ROUND_SECONDS) if soon else self.due) > now:
            return 0.0
        return (1 + (now - self.seen_at) / self.pace) * (URGENCY if self.source.urgent else 1)

    def settle(self, source: Source, now: float, found: int, *, more: bool) -> None:
        """It was read: the more was found, the sooner again, and in the next round when there is more."""
        elapsed = max(now - self.seen_at, ROUND_SECONDS)
        self.pace = min(LONGEST_SILENCE_SECONDS, max(ROUND_SECONDS, FEW_LINES * elapsed / max(found, 1)))
        self.interval = _next_interval(source, self.interval, found)
        self.seen_at, self.read = now, True
        self.due = now if more else _next_beat(now, self.interval)


class Schedule:
    """Every container to be read. `per_second` None: by their number."""

    def __init__(self, clusters: Clusters, per_second: float | None) -> None:
        self._clusters = clusters
        self._per_second = per_second
        self._polled: dict[tuple[str, str, str], Polled] = {}
        """By cluster, pod's uid and container: less than a text of the three."""
        self._seen: Signature = []
        self._workspaces: list[Workspace] = []
        self._next_look = 0.0
        self._last_round: float | None = None

    @property
    def per_second(self) -> float:
        """Requests a second."""
        if self._per_second is not None:
            return self._per_second
        return min(MOST_A_SECOND, max(LEAST_A_SECOND, len(self._polled) / CONTAINERS_A_REQUEST))

    def look(self, workspaces: list[Workspace], now: float) -> None:
        """Take over what has changed: workspaces and clusters at once, pods as often as their number allows."""
        seen = [(one, _revision(one)) for one in self._clusters if one.log_source is None]
        known = workspaces == self._workspaces and [one for one, _ in seen] == [one for one, _ in self._seen]
        if known and (seen == self._seen or now < self._next_look):
            return
        polled = {}
        for cluster, _ in seen:
            for source in sources_of(cluster, workspaces):
                key = (cluster.id, source.pod.uid, source.container)
                one = self._polled.get(key) or Polled(source, due=now, seen_at=now)
                one.source = source
                polled[key] = one
        self._polled, self._seen, self._workspaces = polled, seen, workspaces
        self._next_look = now + len(polled) / PODS_A_LOOK

    def due(self, now: float, full: Set[str], *, hurried: bool) -> list[Polled]:
        """All that are due, the most urgent first, but none of the workspaces that are full."""
        possible = [one for one in self._polled.values() if hurried or one.due <= now]  # most are not: a call is dear
        ranked = [(one.rank(now, hurried=hurried), one) for one in possible]
        found = [(rank, one) for rank, one in ranked if rank and one.source.workspace_id not in full]
        found.sort(key=lambda item: item[0], reverse=True)
        return [one for _, one in found]

    def allowance(self, now: float) -> int:
        """How many may be read in the round that begins now."""
        elapsed = ROUND_SECONDS if self._last_round is None else now - self._last_round
        self._last_round = now
        return max(1, int(self.per_second * min(elapsed, MOST_CATCH_UP_SECONDS)))


def _revision(cluster: Cluster) -> int:
    return sum(status.revision for status in cluster.cache.status("Pod", "ReplicaSet").values())


def _next_beat(now: float, interval: float) -> float:
    """The first multiple of the interval that is half of it away: containers are read together, with pauses between."""
    return math.ceil((now + interval / 2) / interval) * interval


def _next_interval(source: Source, interval: float, found: int) -> float:
    if found >= MUCH_LINES or (found and source.urgent):
        return ROUND_SECONDS
    if found:
        return min(interval * 2, LONGEST_TRICKLE_SECONDS)
    return min(interval * 2, ENDED_SECONDS if source.ended else LONGEST_SILENCE_SECONDS)
