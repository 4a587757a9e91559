"""How far a rolling update may go next: the arithmetic of the real Deployment controller, without its objects.

Source: kubernetes/pkg/controller/deployment (`rolling.go`, `util/deployment_util.go`), read for the rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator.store import Object
from simulator.world.objects import scaled_value


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many pods may be above and below the wanted number while an update runs."""

    surge: int
    unavailable: int


@dataclass(frozen=True, slots=True)
class Count:
    """What one ReplicaSet wants and has."""

    name: str
    wanted: int
    available: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one ReplicaSet has of a Deployment, and how many pods all together might be when it was last sized."""

    name: str
    size: int
    allowed_before: int


def bounds_of(deployment: Object) -> Bounds:
    """`maxSurge` and `maxUnavailable` in pods; Recreate allows no surge and removes all."""
    spec = deployment["spec"]
    wanted = spec.get("replicas", 1)
    strategy = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return Bounds(0, 0)
    rolling = strategy.get("rollingUpdate") or {}
    surge = scaled_value(rolling.get("maxSurge", "25%"), wanted, round_up=True)
    unavailable = scaled_value(rolling.get("maxUnavailable", "25%"), wanted, round_up=False)
    if not surge and not unavailable:
        unavailable = 1
    return Bounds(surge, min(unavailable, wanted))


def next_size_of_new(wanted: int, new: Count, old: list[Count], bounds: Bounds) -> int:
    """How many replicas the newest ReplicaSet may want now."""
    if new.wanted >= wanted:
        return wanted
    room = wanted + bounds.surge - new.wanted - sum(count.wanted for count in old)
    return new.wanted + max(0, min(room, wanted - new.wanted))


def next_sizes_of_old(wanted: int, new: Count, old: list[Count], bounds: Bounds) -> dict[str, int]:
    """How many replicas the older ReplicaSets (oldest first) may want now; only those that change.

    Pods that are not available go first, then available ones, as long as enough stay available.
    """
    sizes = {count.name: count.wanted for count in old}
    least_available = wanted - bounds.unavailable
    new_unavailable = new.wanted - new.available
    room = sum(sizes.values()) + new.wanted - least_available - new_unavailable
    if room <= 0:
        return {}
    for count in old:
        broken = max(0, min(room, count.wanted - count.available))
        sizes[count.name] -= broken
        room -= broken
    spare = new.available + sum(min(count.available, sizes[count.name]) for count in old) - least_available
    spare = min(spare, room)
    for count in old:
        taken = max(0, min(spare, sizes[count.name]))
        sizes[count.name] -= taken
        spare -= taken
    return {count.name: sizes[count.name] for count in old if sizes[count.name] != count.wanted}


def proportional_sizes(allowed: int, sets: list[Share]) -> dict[str, int]:
    """Sizes of the ReplicaSets (oldest first) that share a Deployment scaled amid an update; `allowed` is all together.

    Each grows or shrinks as the allowed total does, rounded half up; what rounding leaves goes to the largest, of
    equal ones to the newest when there is more and to the oldest when there is less.
    """
    change = allowed - sum(share.size for share in sets)
    sizes, left = {share.name: share.size for share in sets}, change
    if not change:
        return sizes
    order = sorted(reversed(sets) if change > 0 else sets, key=lambda share: -share.size)
    for share in order:
        part = math.floor(share.size * allowed / share.allowed_before + 0.5) - share.size
        part = min(part, left) if change > 0 else max(part, left)
        sizes[share.name] += part
        left -= part
    sizes[order[0].name] = max(0, sizes[order[0].name] + left)
    return sizes
