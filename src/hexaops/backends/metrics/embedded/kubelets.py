"""CPU throttling, network and file systems from the kubelets; CPU and memory too where there is no metrics API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import KubernetesUnavailableError, Target
from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.embedded.exposition import label, samples
from hexaops.backends.metrics.embedded.findings import Findings
from hexaops.backends.metrics.embedded.members import Member
from hexaops.backends.metrics.embedded.proxied import node_text
from hexaops.backends.metrics.embedded.rates import Rates
from hexaops.backends.metrics.embedded.usage import use
from hexaops.backends.metrics.embedded.visiting import Visits
from hexaops.kit.clock import Clock

KUBELET = (Signal.CPU_THROTTLED, Signal.NETWORK, Signal.NETWORK_LOSS, Signal.STORAGE, Signal.VOLUME_USAGE)
NO_RIGHT = "the cluster does not let this service read its kubelets' metrics: grant get on nodes/proxy"
EVERY_SECONDS = 60.0
"""Kubelets themselves look every 10 to 15 s; their pages are large."""
PERIODS = b"container_cpu_cfs_periods_total"
THROTTLED = b"container_cpu_cfs_throttled_periods_total"
PACKETS = (b"container_network_receive_packets_total", b"container_network_transmit_packets_total")
LOST = tuple(
    b"container_network_%s_%s_total" % (way, what)
    for way in (b"receive", b"transmit")
    for what in (b"errors", b"packets_dropped")
)
CPU_SECONDS = b"container_cpu_usage_seconds_total"
WORKING_SET = b"container_memory_working_set_bytes"

Place = tuple[str, str]


class _Network(msgspec.Struct, rename="camel", gc=False):
    rx_bytes: float = 0.0
    tx_bytes: float = 0.0


class _Ref(msgspec.Struct, gc=False):
    name: str = ""
    namespace: str = ""


class _FileSystem(msgspec.Struct, rename="camel", gc=False):
    used_bytes: float | None = None
    capacity_bytes: float | None = None
    pvc_ref: _Ref | None = None


class _PodStats(msgspec.Struct, gc=False):
    pod_ref: _Ref = msgspec.field(name="podRef", default_factory=_Ref)
    network: _Network | None = None
    volume: list[_FileSystem] = []
    ephemeral: _FileSystem | None = msgspec.field(name="ephemeral-storage", default=None)


class _NodeStats(msgspec.Struct, gc=False):
    network: _Network | None = None
    fs: _FileSystem | None = None


class _Summary(msgspec.Struct, gc=False):
    node: _NodeStats = msgspec.field(default_factory=_NodeStats)
    pods: list[_PodStats] = []


@dataclass
class PodReading:
    """One pod, as its kubelet says; rates are a second."""

    network: float | None = None
    storage: float | None = None
    volume_usage: float | None = None
    periods: float | None = None
    throttled: float | None = None
    packets: float | None = None
    lost: float | None = None
    cpu: float | None = None
    memory: float | None = None


@dataclass
class NodeReading:
    """One node and its pods."""

    network: float | None = None
    storage: float | None = None
    volume_usage: float | None = None
    pods: dict[Place, PodReading] = field(default_factory=dict)

    def pod(self, place: Place) -> PodReading:
        """A pod's reading, to be filled."""
        return self.pods.setdefault(place, PodReading())


class Shares:
    """Parts of wholes, summed over an application's pods before they become percents."""

    def __init__(self) -> None:
        self._sums: dict[tuple[Subject, Signal], tuple[float, float]] = {}

    def add(self, subject: Subject, signal: Signal, part: float | None, whole: float | None) -> None:
        """One pod's."""
        if part is not None and whole is not None:
            before = self._sums.get((subject, signal), (0.0, 0.0))
            self._sums[subject, signal] = before[0] + part, before[1] + whole

    def tell(self, findings: Findings) -> None:
        """The percents; of nothing there is none."""
        for (subject, signal), (part, whole) in self._sums.items():
            if whole > 0:
                findings.set(subject, signal, min(100.0, 100 * part / whole))


class KubeletSampler:
    """Reads kubelets through the API server's proxy."""

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster = cluster
        self._clock = clock
        self._visits: Visits[str, NodeReading] = Visits(clock, every_seconds=EVERY_SECONDS)
        self._rates: dict[str, Rates[tuple[Place, str]]] = {}

    async def sample(self, members: Mapping[Place, Member], findings: Findings, most: int, *, with_usage: bool) -> None:
        """Visit at most so many nodes; what all of them said last becomes their pods' applications' values."""
        nodes = {node.name for node in self._cluster.cache.nodes() if node.ready}
        self._rates = {name: self._rates.get(name) or Rates() for name in nodes}
        await self._visits.round({name: partial(self._read, name, with_usage) for name in nodes}, most)
        if self._visits.refused:
            findings.explain(NO_RIGHT, *KUBELET)
        shares = Shares()
        for name, node in self._visits.readings(len(nodes), most):
            _node_values(Subject(self._cluster.id, "Node", "", name), node, findings)
            for place, pod in node.pods.items():
                if place in members:
                    _pod_values(members[place].subject, pod, findings, shares)
        shares.tell(findings)

    async def _read(self, name: str, with_usage: bool) -> NodeReading:
        reading = NodeReading()
        text = await node_text(self._cluster, self._clock, name, "stats/summary")
        counters = _read_summary(text, reading, name)
        text = b"\n" + await node_text(self._cluster, self._clock, name, "metrics/cadvisor")
        counters |= _by_pod(text, PERIODS, "periods") | _by_pod(text, THROTTLED, "throttled")
        counters |= _of_pods(text, PACKETS, "packets") | _of_pods(text, LOST, "lost")
        if with_usage:
            text = b"\n" + await node_text(self._cluster, self._clock, name, "metrics/resource")
            counters |= _by_pod(text, CPU_SECONDS, "cpu")
            for (place, _), size in _by_pod(text, WORKING_SET, "memory").items():
                reading.pod(place).memory = size
        for (place, what), rate in self._rates[name].advance(counters, self._clock.monotonic()).items():
            target = reading if place == NODE else reading.pod(place)
            setattr(target, what, rate)
        return reading


NODE: Place = ("", "")
"""The node itself, among its pods' counters."""


def _read_summary(text: bytes, reading: NodeReading, name: str) -> dict[tuple[Place, str], float]:
    try:
        summary = msgspec.json.decode(text, type=_Summary)
    except msgspec.MsgspecError as error:
        message = f"the kubelet of {name} does not answer with a summary"
        raise KubernetesUnavailableError(message, target=Target("get", "Node", "", name)) from error
    counters: dict[tuple[Place, str], float] = {}
    if summary.node.network:
        counters[NODE, "network"] = summary.node.network.rx_bytes + summary.node.network.tx_bytes
    if summary.node.fs:
        reading.storage, reading.volume_usage = summary.node.fs.used_bytes, _fullness(summary.node.fs)
    for stats in summary.pods:
        place = stats.pod_ref.namespace, stats.pod_ref.name
        pod = reading.pod(place)
        if stats.network:
            counters[place, "network"] = stats.network.rx_bytes + stats.network.tx_bytes
        claims = [volume for volume in stats.volume if volume.pvc_ref is not None]
        sizes = [one.used_bytes for one in (stats.ephemeral, *claims) if one and one.used_bytes is not None]
        pod.storage = sum(sizes) if sizes else None
        pod.volume_usage = max((full for one in claims if (full := _fullness(one)) is not None), default=None)
    return counters


def _fullness(one: _FileSystem) -> float | None:
    return 100 * one.used_bytes / one.capacity_bytes if one.used_bytes is not None and one.capacity_bytes else None


def _by_pod(text: bytes, name: bytes, what: str) -> dict[tuple[Place, str], float]:
    """A family summed over each pod's containers; what stands for the pod as a whole names none."""
    found: dict[tuple[Place, str], float] = {}
    for labels, value in samples(text, name):
        if label(labels, b"container") in {b"", b"POD"}:
            continue
        place = label(labels, b"namespace").decode(errors="replace"), label(labels, b"pod").decode(errors="replace")
        found[place, what] = found.get((place, what), 0.0) + value
    return found


def _of_pods(text: bytes, names: tuple[bytes, ...], what: str) -> dict[tuple[Place, str], float]:
    """Families of the pods as a whole, summed over their interfaces and the families."""
    found: dict[tuple[Place, str], float] = {}
    for labels, value in (sample for name in names for sample in samples(text, name)):
        place = label(labels, b"namespace").decode(errors="replace"), label(labels, b"pod").decode(errors="replace")
        if all(place):
            found[place, what] = found.get((place, what), 0.0) + value
    return found


def _node_values(subject: Subject, node: NodeReading, findings: Findings) -> None:
    values = (
        (Signal.NETWORK, node.network),
        (Signal.STORAGE, node.storage),
        (Signal.VOLUME_USAGE, node.volume_usage),
    )
    for signal, value in values:
        if value is not None:
            findings.set(subject, signal, value)


def _pod_values(subject: Subject, pod: PodReading, findings: Findings, shares: Shares) -> None:
    if pod.network is not None:
        findings.add(subject, Signal.NETWORK, pod.network)
    if pod.storage is not None:
        findings.add(subject, Signal.STORAGE, pod.storage)
    if pod.volume_usage is not None:
        findings.raise_to(subject, Signal.VOLUME_USAGE, pod.volume_usage)
    shares.add(subject, Signal.CPU_THROTTLED, pod.throttled, pod.periods)
    shares.add(subject, Signal.NETWORK_LOSS, pod.lost, pod.packets)
    if pod.cpu is not None and pod.memory is not None:
        use(findings, subject, pod.cpu, pod.memory)
