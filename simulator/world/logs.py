"""Container logs, computed from time: what a container wrote at a moment depends on the pod and the moment alone.

So there is nothing to store, every reader sees the same lines, and a restored cluster has the past that it had.
A container's log begins with its start and, when it crashed, ends with the cause.
"""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.clock import parse_time
from simulator.status import BadRequest
from simulator.store import Object
from simulator.world.cluster import Cluster
from simulator.world.journal import Journal
from simulator.world.pod_status import OUT_OF_MEMORY_EXIT
from simulator.world.voices import Moment, Voice, find_voice

Line = tuple[datetime, str]
_KEPT_LINES = 5000
"""How much of a container's log is returned when the reader sets no limit."""
_MOST_LINES = 50_000
_FOLLOW_SECONDS = 0.5
_UP_SECONDS = 10.0
_DOOMED = "doomed"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One run of a container: from its start to its end, or until now."""

    start: datetime
    end: datetime
    exit_code: int | None


class PodLogs:
    """The logs of all containers. `voices` names what an application sounds like, by namespace and name."""

    def __init__(self, cluster: Cluster, journal: Journal, voices: Mapping[tuple[str, str], str]) -> None:
        self._cluster = cluster
        self._journal = journal
        self._voices = voices

    def lines(
        self,
        namespace: str,
        pod: str,
        container: str,
        since: datetime | None = None,
        tail: int | None = None,
        previous: bool = False,
    ) -> list[Line]:
        """The kept lines, oldest first. Raises NotFound, and BadRequest as the real server does."""
        found = self._cluster.store.get("pods", namespace, pod)
        stretch = self._stretch(found, container, previous)
        if stretch is None:
            return []
        most = _KEPT_LINES if tail is None and since is None else _MOST_LINES
        wanted = most if tail is None else min(tail, most)
        lines: list[Line] = []
        for line in self._backwards(found, container, stretch, since):
            if len(lines) >= wanted:
                break
            lines.append(line)
        return lines[::-1]

    async def follow(
        self, namespace: str, pod: str, container: str, since: datetime | None = None, tail: int | None = None
    ) -> AsyncIterator[Line]:
        """The kept lines, then later ones as time passes, until the container ends or the pod goes."""
        uid = self._cluster.store.get("pods", namespace, pod)["metadata"]["uid"]
        last = since
        for line in self.lines(namespace, pod, container, since, tail):
            last = line[0]
            yield line
        while True:
            await self._cluster.clock.sleep(_FOLLOW_SECONDS * max(1.0, self._cluster.clock.speed))
            found = self._cluster.store.find("pods", namespace, pod)
            if found is None or found["metadata"]["uid"] != uid:
                return
            stretch = self._stretch(found, container, previous=False)
            if stretch is None:
                return
            newer = last + timedelta(microseconds=1) if last else None
            for line in self.lines(namespace, pod, container, newer):
                last = line[0]
                yield line
            if stretch.exit_code is not None:
                return

    def _stretch(self, pod: Object, container: str, previous: bool) -> _Stretch | None:
        name = pod["metadata"]["name"]
        if not any(entry["name"] == container for entry in _containers(pod)):
            raise BadRequest(f"container {container} is not valid for pod {name}")
        status = (pod.get("status") or {}).get("containerStatuses") or ()
        entry: dict[str, Any] = next((found for found in status if found["name"] == container), {})
        state, last = entry.get("state") or {}, (entry.get("lastState") or {}).get("terminated")
        if previous:
            if last is None:
                raise BadRequest(f'previous terminated container "{container}" in pod "{name}" not found')
            return _ended(last)
        if "running" in state:
            return _Stretch(parse_time(state["running"]["startedAt"]), self._cluster.now(), None)
        if "terminated" in state:
            return _ended(state["terminated"])
        if last is not None:
            return _ended(last)
        reason = (state.get("waiting") or {}).get("reason", "")
        if not pod["spec"].get("nodeName"):
            return None  # the real server answers an empty log for a pod without a node
        if reason in ("ErrImagePull", "ImagePullBackOff"):
            reason = "trying and failing to pull image"
        raise BadRequest(
            f'container "{container}" in pod "{name}" is waiting to start: {reason or "ContainerCreating"}'
        )

    def _backwards(self, pod: Object, container: str, stretch: _Stretch, since: datetime | None) -> Iterator[Line]:
        """The lines of a stretch, newest first, down to `since`."""
        voice, app = self._voice(pod, container)
        floor = max(stretch.start, since) if since else stretch.start
        now = self._cluster.now()
        for line in reversed(self._last_words(pod, app, voice, stretch)):
            if floor <= line[0] <= now:
                yield line
        first = self._first_words(pod, app, voice, stretch)
        quiet_until = first[-1][0] if first else stretch.start
        slot = math.floor(stretch.end.timestamp() / voice.every_seconds)
        if self._is_doomed(pod, stretch):
            quiet_until = stretch.end
        while slot * voice.every_seconds + voice.every_seconds > max(floor, quiet_until).timestamp():
            for line in reversed(self._slot(pod, app, voice, slot)):
                if max(floor, quiet_until) < line[0] <= stretch.end:
                    yield line
            slot -= 1
        for line in reversed(first):
            if floor <= line[0] <= stretch.end:
                yield line

    def _voice(self, pod: Object, container: str) -> tuple[Voice, str]:
        workload = self._cluster.pods.workload_of(pod)
        image = next((entry.get("image", "") for entry in _containers(pod) if entry["name"] == container), "")
        known = self._voices.get((workload.namespace, workload.name))
        first = pod["spec"]["containers"][0]["name"] == container
        return find_voice(known if first else None, image), workload.name

    def _moment(self, pod: Object, app: str, voice: Voice, at: datetime, seed: str) -> Moment:
        namespace = pod["metadata"]["namespace"]
        troubled = any(self._journal.troubled(*_place(need, namespace), at) for need in voice.needs)
        dice = random.Random(f"{pod['metadata']['uid']}/{seed}")
        doomed = seed == _DOOMED
        return Moment(at, dice, pod["metadata"]["name"], app, troubled=troubled, doomed=doomed)

    def _slot(self, pod: Object, app: str, voice: Voice, slot: int) -> list[Line]:
        """What was written in one short span of time: a few texts, a moment apart."""
        chance = random.Random(f"{pod['metadata']['uid']}@{slot}")
        at = datetime.fromtimestamp((slot + 0.8 * chance.random()) * voice.every_seconds, UTC)
        texts = voice.say(self._moment(pod, app, voice, at, str(slot)))
        return [(at + timedelta(milliseconds=7 * number), text) for number, text in enumerate(texts)]

    def _first_words(self, pod: Object, app: str, voice: Voice, stretch: _Stretch) -> list[Line]:
        at = stretch.start + timedelta(milliseconds=40)
        seed = _DOOMED if self._is_doomed(pod, stretch) else "begin"
        texts = voice.begin(self._moment(pod, app, voice, at, seed))
        return [(at + timedelta(milliseconds=60 * number), text) for number, text in enumerate(texts)]

    def _is_doomed(self, pod: Object, stretch: _Stretch) -> bool:
        """Whether the run ends, or will end, before the program is up."""
        if stretch.exit_code in (0, None):
            return stretch.exit_code is None and self._journal.fails(pod["metadata"]["uid"])
        return (stretch.end - stretch.start).total_seconds() < _UP_SECONDS

    def _last_words(self, pod: Object, app: str, voice: Voice, stretch: _Stretch) -> list[Line]:
        if stretch.exit_code is None or stretch.exit_code in (0, OUT_OF_MEMORY_EXIT):
            return []  # who is killed for memory has no last words
        story = self._journal.find_story(pod["metadata"]["uid"])
        texts = voice.fail(self._moment(pod, app, voice, stretch.end, "fail"), story)
        at = stretch.end - timedelta(milliseconds=20 * len(texts))
        return [(at + timedelta(milliseconds=20 * number), text) for number, text in enumerate(texts)]


def _containers(pod: Object) -> list[dict[str, Any]]:
    return [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]


def _ended(terminated: dict[str, Any]) -> _Stretch:
    start, end = parse_time(terminated["startedAt"]), parse_time(terminated["finishedAt"])
    return _Stretch(start, max(start, end) + timedelta(milliseconds=900), terminated["exitCode"])


def _place(need: str, namespace: str) -> tuple[str, str]:
    """`data/database-app`, or a name in the same namespace."""
    place, slash, name = need.rpartition("/")
    return (place, name) if slash else (namespace, need)
