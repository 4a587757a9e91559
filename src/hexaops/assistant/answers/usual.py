"""How fast an application answers beside how fast it usually does."""

from __future__ import annotations

import numpy as np

from hexaops.analysis.applications.model import Application
from hexaops.analysis.series import Floats, measured_steps
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import name_of, subject_of
from hexaops.assistant.evidence import METRICS
from hexaops.kit.durations import format_duration

LOOK_BACK_SECONDS = 86_400.0
LATELY_SECONDS = 300.0
LEAST_SECONDS = 3_600.0
"""Of history before the last minutes: less is not what is usual."""
SAME_PERCENT = 10.0


def tell_beside_usual(application: Application, p95: Floats, step_seconds: float, facts: Facts, draft: Draft) -> None:
    """The median of the last minutes beside that of the time before (milliseconds; NaN: not measured)."""
    lately = max(1, round(LATELY_SECONDS / step_seconds))
    before, now = p95[:-lately], p95[-lately:]
    span = measured_steps(before) * step_seconds
    name, subject = name_of(application, facts), subject_of(application)
    if span < LEAST_SECONDS or not np.isfinite(now).any():
        draft.fulfilled = False
        needed = format_duration(LEAST_SECONDS)
        draft.say(
            f"Whether **{name}** is slower than usual I can't tell yet: its response times have been measured for "
            f"{format_duration(span)}, and at least {needed} is needed."
        )
        return
    usual, lasts = float(np.nanmedian(before)), float(np.nanmedian(now))
    change = 100 * (lasts / usual - 1) if usual > 0 else 0.0
    word = "slower" if change > 0 else "faster"
    verdict = f"{abs(change):.0f}% {word} than usual" if abs(change) >= SAME_PERCENT else "as fast as usual"
    noted = [
        draft.evidence.note(METRICS, f"{subject}: p95, {of}", round(value, 2), unit="milliseconds", at=facts.now)
        for of, value in (("median of the last 5m", lasts), ("median before", usual))
    ]
    draft.say(
        f"**{name}** is {verdict}: 95 of 100 requests take {lasts:.0f} ms now, and {usual:.0f} ms in the median of the "
        f"{format_duration(span)} before.",
        *noted,
    )
