"""When which workload was in trouble: the memory that lets the logs of its clients tell the same story.

A pod's log is computed from the time that is asked for, so what happened then has to be known: the api's errors
about its database stand between the database's first failure and its recovery, also after the recovery.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulator.clock import format_micro_time, parse_time
from simulator.world.index import Workload

_KEPT = 400


@dataclass(slots=True)
class Trouble:
    """One failing pod: from when to when; `until` is None while it fails."""

    workload: Workload
    uid: str
    story: str
    since: datetime
    until: datetime | None = None


class Journal:
    """Troubles, oldest first; the oldest ended ones are forgotten beyond a few hundred."""

    def __init__(self) -> None:
        self._troubles: list[Trouble] = []

    def begin(self, workload: Workload, uid: str, story: str, now: datetime) -> None:
        """Record that a pod starts failing; a no-op if it already is."""
        if not any(trouble.uid == uid and trouble.until is None for trouble in self._troubles):
            self._troubles.append(Trouble(workload, uid, story, now))
            del self._troubles[: max(0, len(self._troubles) - _KEPT)]

    def end(self, uid: str, now: datetime) -> None:
        """A pod recovers or goes."""
        for trouble in self._troubles:
            if trouble.uid == uid and trouble.until is None:
                trouble.until = now

    def troubled(self, namespace: str, name: str, at: datetime) -> bool:
        """Whether any pod of a workload failed at a time."""
        return any(
            trouble.workload.name == name
            and trouble.workload.namespace == namespace
            and trouble.since <= at
            and (trouble.until is None or at < trouble.until)
            for trouble in self._troubles
        )

    def fails(self, uid: str) -> bool:
        """Whether a pod fails now."""
        return any(trouble.uid == uid and trouble.until is None for trouble in self._troubles)

    def find_story(self, uid: str) -> str:
        """The latest failure of a pod; empty if it had none."""
        return next((trouble.story for trouble in reversed(self._troubles) if trouble.uid == uid), "")

    def export(self) -> list[list[str]]:
        """Everything, for the state file."""
        return [
            [
                trouble.workload.kind,
                trouble.workload.namespace,
                trouble.workload.name,
                trouble.uid,
                trouble.story,
                format_micro_time(trouble.since),
                format_micro_time(trouble.until) if trouble.until else "",
            ]
            for trouble in self._troubles
        ]

    def restore(self, exported: list[list[str]]) -> None:
        """Take back what `export` gave."""
        self._troubles = [
            Trouble(
                Workload(kind, namespace, name), uid, story, parse_time(since), parse_time(until) if until else None
            )
            for kind, namespace, name, uid, story, since, until in exported
        ]
