"""Last log lines of the containers that are in trouble: few, bounded, and only theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from hexaops.analysis.diagnosis.pods import Sick, sick_pods
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.kit.timeout import Timeout

MOST_CONTAINERS = 40
PER_WORKLOAD = 2
"""Pods of one workload fail alike: the logs of two tell."""
LINES = 100
AT_ONCE = 8
SECONDS = 5.0

Logs = dict[str, str]
"""By `namespace/pod/container`, the run before the present one with `/previous`."""


async def read_logs(reader: KubernetesClient, snapshot: Snapshot, limit: Timeout) -> Logs:
    """What the broken containers wrote at the end; one that cannot be read is left out."""
    places = asyncio.Semaphore(AT_ONCE)
    logs: Logs = {}

    async def read(sick: Sick, container: str, previous: bool) -> None:
        pod = sick.pod
        async with places:
            try:
                said = await reader.pod_log(
                    pod.namespace, pod.name, container=container, tail_lines=LINES, previous=previous, timeout=limit
                )
            except KubernetesError:  # not started, gone, or not ours to read: the rules do without
                return
        logs[f"{pod.namespace}/{pod.name}/{container}{'/previous' if previous else ''}"] = said

    await asyncio.gather(*(read(*one) for one in _wanted(sick_pods(snapshot))))
    return logs


def _wanted(sick: Iterable[Sick]) -> Sequence[tuple[Sick, str, bool]]:
    chosen: list[tuple[Sick, str, bool]] = []
    taken: dict[object, int] = {}
    for one in sick:
        broken = one.broken
        if broken is None or not (broken.ended or broken.status.get("containerID")):
            continue  # it never ran: there is no log
        taken[one.workload.ref] = taken.get(one.workload.ref, 0) + 1
        if taken[one.workload.ref] > PER_WORKLOAD or len(taken) > MOST_CONTAINERS:
            continue
        chosen += [(one, broken.name, False), *([(one, broken.name, True)] if broken.restarts else [])]
    return chosen
