"""Usage from the cluster's own `metrics.k8s.io`: one list call per kind and cluster, kept for a few seconds.

The metrics server measures every 15 s or so; asking more often, or once per pod, only costs it work. Its absence is a
result with a reason, not an error: answers go on without percentages. Callers that come while a call is under way wait
for that call instead of making their own.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from sys import intern
from typing import Literal

import msgspec

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.errors import (
    KubernetesError,
    KubernetesForbiddenError,
    KubernetesNotFoundError,
    Target,
)
from hexaops.backends.kubernetes.http import Call
from hexaops.backends.kubernetes.times import parse_moment
from hexaops.backends.metrics.samples import Measured, Samples
from hexaops.kit.clock import Clock
from hexaops.kit.quantities import parse_quantity
from hexaops.kit.timeout import Timeout

Plural = Literal["pods", "nodes"]

SOURCE = "metrics.k8s.io"
MAX_AGE_SECONDS = 10.0
"""How long one answer of the metrics API serves."""
CALL_SECONDS = 3.0
"""How long an answer waits for measurements before it goes on without."""


class _Usage(msgspec.Struct, gc=False):
    cpu: str = "0"
    memory: str = "0"


class _Container(msgspec.Struct, gc=False):
    usage: _Usage = msgspec.field(default_factory=_Usage)


class _Metadata(msgspec.Struct, gc=False):
    name: str
    namespace: str = ""


class _Item(msgspec.Struct, gc=False):
    metadata: _Metadata
    timestamp: str | None = None
    containers: list[_Container] = []
    usage: _Usage | None = None


class _List(msgspec.Struct, gc=False):
    """Its items are decoded one by one: those of 10,000 pods at once would take 6 MB beside what is made of them."""

    items: list[msgspec.Raw] = []


_list = msgspec.json.Decoder(_List)
_item = msgspec.json.Decoder(_Item)


@dataclass
class _Held:
    samples: Samples
    until: float


class ClusterUsage:
    """Current usage of one cluster's pods and nodes."""

    def __init__(self, reader: KubernetesClient, clock: Clock, *, max_age_seconds: float = MAX_AGE_SECONDS) -> None:
        self._reader = reader
        self._clock = clock
        self._max_age_seconds = max_age_seconds
        self._held: dict[Plural, _Held] = {}
        self._asking: dict[Plural, asyncio.Lock] = {"pods": asyncio.Lock(), "nodes": asyncio.Lock()}

    async def pods(self) -> Samples:
        """Usage by namespace and name of every pod that is measured."""
        return await self._current("pods")

    async def nodes(self) -> Samples:
        """Usage by name (namespace "") of every node that is measured."""
        return await self._current("nodes")

    async def _current(self, plural: Plural) -> Samples:
        if (held := self._fresh(plural)) is not None:
            return held
        async with self._asking[plural]:
            if (held := self._fresh(plural)) is not None:
                return held
            samples = await self._ask(plural)
            self._held[plural] = _Held(samples, self._clock.monotonic() + self._max_age_seconds)
            return samples

    def _fresh(self, plural: Plural) -> Samples | None:
        held = self._held.get(plural)
        return held.samples if held and self._clock.monotonic() < held.until else None

    async def _ask(self, plural: Plural) -> Samples:
        path = f"/apis/metrics.k8s.io/v1beta1/{plural}"
        empty = Samples(SOURCE, f"GET {path}", self._clock.now())
        target = Target("list", "PodMetrics" if plural == "pods" else "NodeMetrics", group=SOURCE, resource=plural)
        call = Call("GET", path, target, Timeout(CALL_SECONDS, self._clock))
        try:
            return replace(empty, by_object=await self._reader.http.read(call, _by_object))
        except KubernetesNotFoundError:
            return replace(empty, reason="the cluster has no metrics API (metrics.k8s.io)")
        except KubernetesForbiddenError:
            right = f"list on {plural} in API group {SOURCE}"
            return replace(empty, reason=f"the cluster does not let this service read metrics.k8s.io: grant {right}")
        except (KubernetesError, ValueError):
            return replace(empty, reason="the cluster's metrics API (metrics.k8s.io) does not answer")


def _by_object(body: bytes) -> dict[tuple[str, str], Measured]:
    measured: dict[tuple[str, str], Measured] = {}
    for raw in _list.decode(body).items:
        item = _item.decode(raw)
        at = parse_moment(item.timestamp)
        if at is None:
            continue
        usages = [item.usage] if item.usage else [container.usage for container in item.containers]
        if usages:
            cpu = sum([parse_quantity(usage.cpu) for usage in usages])
            memory = sum([parse_quantity(usage.memory) for usage in usages])
            measured[intern(item.metadata.namespace), item.metadata.name] = Measured(cpu, memory, at)
    return measured
