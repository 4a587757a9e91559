"""Which service is the cause when a service is slow or fails: excess of its own, not explained by what it calls.

For each service below the one that suffers: how far its signal moved from normal, less the most that any service it
calls moved; against how far windows of the same length stray in normal times; weighed by the root of its share of the
suffering service's traffic, since what is seldom called cannot slow much. Nothing that stands out: no cause is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
QUANTILE = 0.99
"""Of the deviations of normal windows: the yardstick."""
FLOOR = 0.05
"""Share of the normal level below which two services' yardsticks are alike."""
LEAST = 0.001
"""Movements below this share of the normal level are none."""
STANDS_OUT = 1.5
"""A cause moves further than normal windows ever do, by this factor."""
FEWEST = 10
"""Normal points that are needed to judge a service."""


class Service(Struct, frozen=True):
    """A service's signal in normal times and now; NaN is a missing point."""

    normal: Floats
    now: Floats
    requests: float = 0.0
    """Mean requests a step in normal times; 0 where unknown."""
    opaque: bool = False
    """Only seen from its callers (a remote address, a client): the movement is theirs or a service's behind it."""


class Suspect(Struct, frozen=True):
    """A service with its score and what the score is made of."""

    name: str
    score: float
    moved: float
    """From the normal level, in the signal's unit, positive is worse."""
    explained: float
    """By the services that it calls."""
    yardstick: float


def rank_causes(
    services: Mapping[str, Service], calls: Mapping[str, Sequence[str]], suffering: str, *, higher_is_worse: bool = True
) -> list[Suspect]:
    """Suspects, the likeliest first; those that do not stand out are left out."""
    sign = 1.0 if higher_is_worse else -1.0
    below = _below(calls, suffering)
    moved = {name: one for name in below if name in services and (one := _movement(services[name], sign)) is not None}
    top = services[suffering].requests if suffering in services else 0.0
    found = []
    for name, (by, stray, level) in moved.items():
        if services[name].opaque:
            continue
        called = [moved[other][0] for other in calls.get(name, ()) if other in moved and not services[other].opaque]
        explained = max([0.0, *called])
        excess = by - explained
        if excess > max(STANDS_OUT * stray, LEAST * level):
            share = min(1.0, services[name].requests / top) if top > 0 else 1.0
            yardstick = max(stray, FLOOR * level, 1e-12)
            found.append(Suspect(name, excess / yardstick * share**0.5, by, explained, yardstick))
    return sorted(found, key=lambda one: (-one.score, one.name))


def _below(calls: Mapping[str, Sequence[str]], top: str) -> list[str]:
    found, left = {top: None}, [top]
    while left:
        for name in calls.get(left.pop(), ()):
            if name not in found:
                found[name] = None
                left.append(name)
    return list(found)


def _movement(one: Service, sign: float) -> tuple[float, float, float] | None:
    """How far it moved for the worse, how far normal windows stray, and the normal level."""
    normal, now = one.normal[np.isfinite(one.normal)], one.now[np.isfinite(one.now)]
    if len(normal) < FEWEST or not len(now):
        return None
    level = float(np.median(normal))
    width = max(1, min(len(now), len(normal) // 3))
    windows = np.convolve(normal, np.full(width, 1 / width), "valid")
    stray = float(np.quantile(np.abs(windows - level), QUANTILE))
    return sign * (float(now.mean()) - level), stray, abs(level)
