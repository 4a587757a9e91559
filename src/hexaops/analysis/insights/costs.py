"""What running costs: the one place where CPU, memory and storage become money.

CPU and memory are charged as OpenCost allocates them: the larger of request and use, for each resource. Use is measured
by pod, so the larger is taken pod by pod before anything is added up: what one pod leaves idle does not pay for what
another takes. Volumes are charged by their size, whatever is written to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from hexaops.analysis.applications.model import Application
from hexaops.analysis.insights.prices import Price, PriceBook, PriceSource, Rates
from hexaops.backends.kubernetes.rows import NodeRow, PodRow, PvcRow
from hexaops.backends.metrics.samples import Samples

Floats = NDArray[np.float64]
Priced = Literal["cpu_core_hour", "memory_gib_hour", "storage_gib_month"]
NO_SIZE = "the size of volume claim {} is not known"


class Amount(Struct, frozen=True):
    """Cores and bytes."""

    cpu_cores: float = 0.0
    memory_bytes: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(self.cpu_cores + other.cpu_cores, self.memory_bytes + other.memory_bytes)

    def at_least(self, other: Amount) -> Amount:
        """The larger of both for each resource."""
        return Amount(max(self.cpu_cores, other.cpu_cores), max(self.memory_bytes, other.memory_bytes))


class Allocation(Struct, frozen=True):
    """What measured pods request and use, and what of it is charged."""

    requested: Amount = Amount()
    used: Amount = Amount()
    charged: Amount = Amount()

    @classmethod
    def of(cls, requested: Amount, used: Amount) -> Allocation:
        """The allocation of one pod."""
        return cls(requested, used, requested.at_least(used))

    @classmethod
    def together(cls, parts: Iterable[Allocation]) -> Allocation:
        """Of several pods or applications."""
        return sum(parts, cls())

    def __add__(self, other: Allocation) -> Allocation:
        """Both together."""
        return Allocation(self.requested + other.requested, self.used + other.used, self.charged + other.charged)


class Cost(Struct, frozen=True):
    """US dollars a month."""

    requested: float = 0.0
    used: float = 0.0
    charged: float = 0.0
    """For CPU and memory."""
    storage: float | None = 0.0
    """For volumes; None where it is not known."""

    @property
    def total(self) -> float | None:
        """Everything that is charged; None where a part is not known."""
        return None if self.storage is None else self.charged + self.storage

    def __add__(self, other: Cost) -> Cost:
        """Both together."""
        storage = None if self.storage is None or other.storage is None else self.storage + other.storage
        return Cost(
            self.requested + other.requested, self.used + other.used, self.charged + other.charged, storage
        )  # fmt: skip

    @classmethod
    def of(cls, allocation: Allocation, rates: Rates) -> Cost:
        """Of what pods are allocated where these prices hold."""
        return cls(*(
            rates.monthly(amount.cpu_cores, amount.memory_bytes)
            for amount in (allocation.requested, allocation.used, allocation.charged)
        ))  # fmt: skip


class Bill(Struct, frozen=True):
    """One application's measured pods and the volumes that it mounts."""

    allocation: Allocation
    cost: Cost
    rates: Rates
    """The mean over the nodes of its pods."""


class PriceUsed(Struct, frozen=True):
    """A price that something was charged at."""

    of: Priced
    dollars: float
    source: PriceSource
    objects: int
    """Nodes, or volumes."""


class Premises(Struct, frozen=True):
    """Where pods run and what volumes there are."""

    nodes: Mapping[str, NodeRow] = field(default_factory=dict)
    claims: Sequence[PvcRow] = ()
    no_claims: str | None = None
    """Why the claims are not known; None where they are."""


class Statement(Struct, frozen=True):
    """The bills of several applications."""

    bills: Mapping[str, Bill]
    """By the applications' ids."""
    prices: Sequence[PriceUsed] = ()
    unmounted: float | None = 0.0
    """Monthly cost of volumes that none of the workspace's applications mounts; None where it is not known."""
    no_storage: str | None = None
    """Why the cost of storage is not known; None where it is."""

    @property
    def allocation(self) -> Allocation:
        """Of all of them."""
        return Allocation.together(one.allocation for one in self.bills.values())

    @property
    def cost(self) -> Cost:
        """Of all of them, and of volumes that none of them mounts."""
        return sum((one.cost for one in self.bills.values()), Cost(storage=self.unmounted))

    def of(self, *applications: Application) -> Statement:
        """The part of some of them."""
        bills = {one.id: self.bills[one.id] for one in applications}
        return Statement(bills, self.prices, 0.0, self.no_storage)


def statement_of(
    applications: Sequence[Application], samples: Samples, book: PriceBook, premises: Premises
) -> Statement:
    """What all applications of a workspace cost: a pod that is not measured counts on neither side."""
    priced = {name: book.of_node(name, row.labels) for name, row in premises.nodes.items()}
    volumes = _Volumes.among(applications, book, premises)
    bills = {one.id: _bill(one, samples, book, priced, volumes) for one in applications}
    used = {pod.node for one in applications for pod in one.pods if (pod.namespace, pod.name) in samples.by_object}
    return Statement(
        bills=bills,
        prices=[*_node_prices([priced.get(name, book.default) for name in used]), *volumes.prices],
        unmounted=volumes.unmounted,
        no_storage=volumes.reason,
    )


def allocation_of(pod: PodRow, samples: Samples) -> Allocation | None:
    """Of a pod; None where it is not measured."""
    found = samples.by_object.get((pod.namespace, pod.name))
    if found is None:
        return None
    requested = Amount(pod.cpu_request or 0.0, pod.memory_request or 0.0)
    return Allocation.of(requested, Amount(found.cpu_cores, found.memory_bytes))


def charged_over_time(application: Application, rates: Rates, cpu: Floats, memory: Floats, replicas: Floats) -> Floats:
    """US dollars a month at each step: the larger of today's requests of its replicas and of their use together.

    A step counts where use is known, and the replicas too if they request anything.
    """
    resources = application.workload.resources
    charged = [
        np.maximum(used, requested * replicas) if requested else used
        for used, requested in ((cpu, resources.cpu_request), (memory, resources.memory_request))
    ]
    return rates.monthly(*charged)


class _Volumes(Struct, frozen=True):
    """Monthly costs of the workspace's volumes, each shared evenly by the applications that mount it."""

    by_application: Mapping[str, float | None]
    unmounted: float | None
    prices: Sequence[PriceUsed]
    reason: str | None

    @classmethod
    def among(cls, applications: Sequence[Application], book: PriceBook, premises: Premises) -> _Volumes:
        if premises.no_claims is not None:
            return cls({one.id: None for one in applications}, None, (), premises.no_claims)
        owners = _owners(applications, premises.claims)
        costs: dict[str, float | None] = dict.fromkeys((UNMOUNTED, *(one.id for one in applications)), 0.0)
        prices: Counter[Price] = Counter()
        reason = None
        for row in premises.claims:
            if not row.volume:
                continue  # nothing is bound to it yet
            size = row.capacity_bytes or row.requested_bytes
            price = book.of_volume(row.volume, row.storage_class)
            prices[price] += 1
            if size is None:
                reason = NO_SIZE.format(f"{row.namespace}/{row.name}")
            shared_by = owners.get((row.namespace, row.name), [UNMOUNTED])
            for owner in shared_by:
                known = costs[owner]
                costs[owner] = None if size is None or known is None else known + price.monthly(size) / len(shared_by)
        unmounted = costs.pop(UNMOUNTED)
        return cls(costs, unmounted, _uses("storage_gib_month", prices), reason)


UNMOUNTED = ""
"""In place of an application's id."""


def _owners(applications: Sequence[Application], claims: Sequence[PvcRow]) -> Mapping[tuple[str, str], list[str]]:
    """Ids of the applications that mount each claim, by namespace and name."""
    by_project: dict[str, list[str]] = {}
    for row in claims:
        by_project.setdefault(row.namespace, []).append(row.name)
    owners: dict[tuple[str, str], list[str]] = {}
    for one in applications:
        for name in _claims_of(one, by_project.get(one.project, ())):
            owners.setdefault((one.project, name), []).append(one.id)
    return owners


def _bill(
    application: Application, samples: Samples, book: PriceBook, priced: Mapping[str, Rates], volumes: _Volumes
) -> Bill:
    allocation, cost, rates = Allocation(), Cost(storage=volumes.by_application[application.id]), []
    for pod in application.pods:
        there = priced.get(pod.node, book.default)
        rates.append(there)
        if (one := allocation_of(pod, samples)) is not None:
            allocation += one
            cost += Cost.of(one, there)
    if not rates:
        return Bill(allocation, cost, book.default)
    return Bill(allocation, cost, Rates(
        Price.mean(one.cpu_core_hour for one in rates), Price.mean(one.memory_gib_hour for one in rates)
    ))  # fmt: skip


def _claims_of(application: Application, known: Sequence[str]) -> set[str]:
    """Claims that it mounts, or will again once it has replicas."""
    workload = application.workload
    own = tuple(f"{template}-{workload.name}-" for template in workload.claim_templates)
    kept = {name for name in known if own and name.startswith(own) and name.rpartition("-")[2].isdecimal()}
    return {*(name for pod in application.pods for name in pod.claims), *workload.claims, *kept}


def _node_prices(rates: Sequence[Rates]) -> list[PriceUsed]:
    return [
        *_uses("cpu_core_hour", Counter(one.cpu_core_hour for one in rates)),
        *_uses("memory_gib_hour", Counter(one.memory_gib_hour for one in rates)),
    ]


def _uses(what: Priced, prices: Counter[Price]) -> list[PriceUsed]:
    found = [PriceUsed(what, one.dollars, one.sources[0], count) for one, count in prices.items()]
    return sorted(found, key=lambda one: (-one.objects, one.dollars))
