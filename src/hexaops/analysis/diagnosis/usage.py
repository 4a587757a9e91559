"""What containers use, as far as a snapshot has it: `metrics` by namespace/pod/container, else PodMetrics objects."""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.analysis.diagnosis.objects import items, mapping
from hexaops.analysis.diagnosis.pods import Container
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.kit.quantities import parse_quantity


@dataclass(frozen=True)
class Usage:
    """Measured use of one container; None where nothing was measured."""

    cpu_cores: float | None = None
    throttled_ratio: float | None = None
    """Share of CFS periods in which it was throttled."""
    memory_bytes: float | None = None


def usage_of(snapshot: Snapshot, namespace: str, pod: str, container: str) -> Usage:
    """What was measured of the container."""
    given = mapping(snapshot.metrics, f"{namespace}/{pod}/{container}")
    if given:
        return Usage(
            _number(given.get("cpu_usage_cores")),
            _number(given.get("cpu_throttled_ratio")),
            _number(given.get("memory_working_set_bytes")),
        )
    measured = snapshot.find("PodMetrics", namespace, pod)
    for one in items(measured.raw, "containers") if measured else ():
        if one.get("name") == container:
            used = mapping(one, "usage")
            return Usage(quantity(used.get("cpu")), None, quantity(used.get("memory")))
    return Usage()


def limit_of(container: Container, resource: str) -> float | None:
    """The container's limit, or None without one."""
    return quantity(mapping(container.spec, "resources", "limits").get(resource))


def quantity(value: object) -> float | None:
    """A Kubernetes quantity as a number, or None."""
    try:
        return parse_quantity(value) if isinstance(value, (str, int, float)) and value != "" else None
    except ValueError:
        return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else quantity(value)
