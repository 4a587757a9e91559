"""How many replicas a load needs: the HorizontalPodAutoscaler's rule, between two thresholds instead of at one target.

The number is `ceil(replicas * usage / target)` with the target midway between the thresholds, so that what is reached
lies inside of them and is not scaled back at once. It is computed only outside the thresholds. (Kubernetes docs,
"Horizontal Pod Autoscaling", algorithm details.)
"""

from __future__ import annotations

import math
from typing import Literal

from msgspec import Struct

Direction = Literal["scale_up", "scale_down", "none"]
LARGEST_FACTOR = 2
LARGEST_STEP = 5


class Thresholds(Struct, frozen=True):
    """In percent."""

    up: float
    down: float

    @property
    def target(self) -> float:
        """Midway."""
        return (self.up + self.down) / 2


class Decision(Struct, frozen=True):
    """What to do; `replicas` is the present number where nothing is."""

    direction: Direction
    replicas: int
    limited: bool = False
    """Whether the largest step up was smaller than what the load needs."""


def largest_scale(replicas: int) -> int:
    """The most replicas that one step up may reach: twice as many or +5, whichever is more."""
    return max(replicas * LARGEST_FACTOR, replicas + LARGEST_STEP)


def decide(replicas: int, usage_percent: float, thresholds: Thresholds) -> Decision:
    """The replicas for this usage (of all of them together), at least 1, up by at most twice or +5 at once."""
    wanted = math.ceil(round(replicas * usage_percent / thresholds.target, 9))
    if usage_percent > thresholds.up and wanted > replicas:
        most = largest_scale(replicas)
        return Decision("scale_up", min(wanted, most), limited=wanted > most)
    if usage_percent < thresholds.down and max(wanted, 1) < replicas:
        return Decision("scale_down", max(wanted, 1))
    return Decision("none", replicas)
