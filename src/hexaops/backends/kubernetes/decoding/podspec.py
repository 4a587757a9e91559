"""What pods and pod templates share: containers, their resources and claims."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from hexaops.backends.kubernetes.decoding.interning import quantity
from hexaops.backends.kubernetes.decoding.wire import Wire
from hexaops.backends.kubernetes.rows import ResourceTotals

Amount = str | int | float | None
Amounts = tuple[Amount, Amount, Amount, Amount]
"""CPU request, CPU limit, memory request, memory limit of one container, as written."""


class AmountsWire(Wire):
    cpu: Amount = None
    memory: Amount = None


class ResourcesWire(Wire):
    requests: AmountsWire | None = None
    limits: AmountsWire | None = None


class ContainerWire(Wire):
    name: str = ""
    image: str = ""
    restart_policy: str | None = None
    resources: ResourcesWire | None = None


class ClaimWire(Wire):
    claim_name: str = ""


class VolumeWire(Wire):
    persistent_volume_claim: ClaimWire | None = None


class PodSpecWire(Wire):
    node_name: str = ""
    containers: list[ContainerWire] | None = None
    init_containers: list[ContainerWire] | None = None
    volumes: list[VolumeWire] | None = None


def claims_of(spec: PodSpecWire) -> tuple[str, ...]:
    """Names of the claims that are mounted."""
    if not spec.volumes:
        return ()
    return tuple(volume.persistent_volume_claim.claim_name for volume in spec.volumes if volume.persistent_volume_claim)


def resources_of(spec: PodSpecWire) -> ResourceTotals:
    """Requests and limits of the whole pod."""
    steady = [*(spec.containers or ())]
    starting: list[ContainerWire] = []
    for container in spec.init_containers or ():
        (steady if container.restart_policy == "Always" else starting).append(container)
    return _totals(tuple(map(_amounts, steady)), tuple(map(_amounts, starting)))


def _amounts(container: ContainerWire) -> Amounts:
    resources = container.resources
    if resources is None:
        return (None, None, None, None)
    asked, most = resources.requests, resources.limits
    return (
        asked.cpu if asked else None,
        most.cpu if most else None,
        asked.memory if asked else None,
        most.memory if most else None,
    )


@lru_cache(maxsize=4096)
def _totals(steady: tuple[Amounts, ...], starting: tuple[Amounts, ...]) -> ResourceTotals:
    """As the scheduler counts: the sum of what runs together, or the largest init container if that is more.

    A pod has a limit only if every container has one.
    https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
    """
    return ResourceTotals(
        cpu_request=_request([row[0] for row in steady], [row[0] for row in starting]),
        cpu_limit=_limit([row[1] for row in steady]),
        memory_request=_request([row[2] for row in steady], [row[2] for row in starting]),
        memory_limit=_limit([row[3] for row in steady]),
    )


def _request(steady: Sequence[Amount], starting: Sequence[Amount]) -> float | None:
    together = [number for amount in steady if (number := quantity(amount)) is not None]
    single = [number for amount in starting if (number := quantity(amount)) is not None]
    if not together and not single:
        return None
    return max(sum(together), max(single, default=0.0))


def _limit(steady: Sequence[Amount]) -> float | None:
    numbers = [quantity(amount) for amount in steady]
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None
