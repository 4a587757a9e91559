"""Confidence: the chance that the intent is right, as a published formula.

    confidence = 1 / (1 + exp(-(B + S*strength + M*margin + C*coverage + K*slips + T*soft)))

- strength: of the intent's strongest cue (0 to 1), lowered by words that are foreign to the platform;
- margin: strength minus that of the next intent (0 to 1);
- coverage: understood words of this field / (those + foreign words) (0 to 1);
- slips: words read with another spelling (0 to 3);
- soft: 1 when the request stood in a less usual form.

The coefficients are a logistic regression on the parts of the golden set that the rules were tuned on (development
and hard), pulled towards a first guess because they hold few errors, and rounded. `python -m benchmarks understanding`
prints how confidence and truth agree, also on the parts that were never tuned on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

BIAS, STRENGTH, MARGIN, COVERAGE, SLIPS, SOFT = -4.5, 7.0, 1.6, 1.2, -0.1, -1.5
LEAST = 0.5
"""Below this the intent is not named: the answer asks "did you mean"."""


@dataclass(frozen=True, slots=True)
class Signals:
    """The inputs of the formula."""

    strength: float
    margin: float
    coverage: float
    slips: int = 0
    soft: bool = False


def confidence(signals: Signals) -> float:
    """The chance that the intent is right, rounded to three places."""
    total = (
        BIAS
        + STRENGTH * signals.strength
        + MARGIN * max(0.0, signals.margin)
        + COVERAGE * signals.coverage
        + SLIPS * min(3, signals.slips)
        + SOFT * signals.soft
    )
    return round(1 / (1 + math.exp(-total)), 3)
