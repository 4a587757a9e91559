"""What containers use, as far as a snapshot has it.

`metrics` may hold figures by `namespace/pod/container` (`{"cpu_usage_cores": …}`), by name and then container
(`{"cpu_usage_cores": {"namespace/pod/container": …}}`), or a list of samples as Prometheus returns them; PodMetrics
objects are read where it holds none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from hexaops.analysis.diagnosis.objects import items, mapping, quantity, text
from hexaops.analysis.diagnosis.snapshot import Snapshot

_CPU = frozenset({"cpu_usage_cores", "cpu_cores", "cpu"})
_MEMORY = frozenset({"memory_working_set_bytes", "container_memory_working_set_bytes", "memory_bytes", "memory"})
_RATIO = frozenset({"cpu_throttled_ratio", "cpu_throttling_ratio", "throttled_ratio"})
_THROTTLED = "container_cpu_cfs_throttled_periods_total"
_PERIODS = "container_cpu_cfs_periods_total"
Figures = dict[str, float]


class Usage(Struct, frozen=True):
    """Measured use of one container; None where nothing was measured."""

    cpu_cores: float | None = None
    throttled_ratio: float | None = None
    """Share of CFS periods in which it was throttled."""
    memory_bytes: float | None = None


def usage_of(snapshot: Snapshot, namespace: str, pod: str, container: str) -> Usage:
    """What was measured of the container."""
    figures = figures_by_pod(snapshot).get(f"{namespace}/{pod}", {}).get(container)
    if figures:
        return usage_in(figures)
    measured = snapshot.find("PodMetrics", namespace, pod)
    for one in items(measured.raw, "containers") if measured else ():
        if one.get("name") == container:
            used = mapping(one, "usage")
            return Usage(quantity(used.get("cpu")), None, quantity(used.get("memory")))
    return Usage()


def usage_in(figures: Mapping[str, float]) -> Usage:
    """The figures of one container, by whatever names they have."""
    ratio = _first(figures, _RATIO)
    periods = figures.get(_PERIODS)
    if ratio is None and periods:
        ratio = figures.get(_THROTTLED, 0.0) / periods
    return Usage(_first(figures, _CPU), ratio, _first(figures, _MEMORY))


def _first(figures: Mapping[str, float], names: frozenset[str]) -> float | None:
    return next((figures[name] for name in names if name in figures), None)


def figures_by_pod(snapshot: Snapshot) -> dict[str, dict[str, Figures]]:
    """Figures by container and `namespace/pod`, worked out once for a snapshot's metrics."""
    return snapshot.of_metrics(_by_pod)


def _by_pod(metrics: object) -> dict[str, dict[str, Figures]]:
    found: dict[str, dict[str, Figures]] = defaultdict(dict)
    for key, figures in figures_of(metrics).items():
        pod, _, container = key.rpartition("/")
        found[pod][container] = figures
    return dict(found)


def figures_of(metrics: object) -> dict[str, Figures]:
    """Figures by container, whatever form they came in."""
    found: dict[str, Figures] = defaultdict(dict)
    for key, name, value in _samples(metrics):
        number = quantity(value)
        if number is not None:
            found[key][name] = number
    return found


def _samples(metrics: object) -> Iterator[tuple[str, str, object]]:
    if not isinstance(metrics, Mapping):
        yield from _listed(metrics)
        return
    for outer, inner in metrics.items():
        if not isinstance(inner, Mapping):
            yield from _listed(inner)
            continue
        by_container = str(outer).count("/") == 2
        for name, value in inner.items():
            yield (str(outer), str(name), value) if by_container else (str(name), str(outer), value)


def _listed(samples: object) -> Iterator[tuple[str, str, object]]:
    """Samples of an instant query: `{"metric": {…}, "value": [time, "0.8"]}`."""
    for one in samples if isinstance(samples, Sequence) and not isinstance(samples, str) else ():
        labels, value = mapping(one, "metric"), one.get("value") if isinstance(one, Mapping) else None
        if isinstance(value, Sequence) and len(value) == 2:
            key = "/".join(text(labels, part) for part in ("namespace", "pod", "container"))
            yield key, text(labels, "__name__"), value[1]
