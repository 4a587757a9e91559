"""How often the scheduler holds applications back at their CPU limits."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.performance.measures import mean
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT, name_of, plural, subject_of
from hexaops.assistant.evidence import METRICS
from hexaops.backends.metrics.base import Series
from hexaops.kit.text import markdown

SHOWN = 10
LEAST_PERCENT = 1.0
"""Less is no reason of slowness."""


def tell_throttling(found: Sequence[tuple[Application, Series]], facts: Facts, draft: Draft) -> None:
    """The share of the scheduler's periods in which each was held back, the largest first."""
    known = [(one, value) for one, series in found if (value := mean(series.values)) is not None]
    if not known:
        draft.fulfilled = False
        why = next((series.reason for _, series in found if series.reason), None) or "nothing was measured"
        draft.say(f"I can't tell whether anything is throttled: {markdown(why, TEXT_LIMIT)}.")
        return
    known.sort(key=lambda pair: -pair[1])
    held = [pair for pair in known if pair[1] >= LEAST_PERCENT]
    noted = {
        one.id: draft.evidence.note(
            METRICS, subject_of(one), round(value, 2), unit="% of periods throttled", at=facts.now
        )
        for one, value in known[:SHOWN]
    }
    if len(known) == 1:
        one, value = known[0]
        verdict = "is throttled" if held else "is not throttled to speak of: it was held back"
        draft.say(f"**{name_of(one, facts)}** {verdict} in {value:.1f}% of the scheduler's periods of the last five "
                  "minutes.", noted[one.id])  # fmt: skip
        return
    of_all = plural(len(known), "application")
    draft.say(f"{len(held) or 'None'} of {of_all} {'is' if len(held) < 2 else 'are'} throttled in 1% or more of the "
              f"scheduler's periods of the last five minutes{':' if held else '.'}", *noted.values())  # fmt: skip
    for one, value in held[:SHOWN]:
        draft.say(f"- {name_of(one, facts)}: {value:.1f}%", noted[one.id])
