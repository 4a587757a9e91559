"""How full volumes are, and when they will be full at the pace of their past."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.series import Floats, steps_until
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import name_of, plural, subject_of, whole
from hexaops.assistant.evidence import STORE
from hexaops.kit.durations import format_duration

SHOWN = 12
FULL_PERCENT = 100.0
DAY_SECONDS = 86_400.0


class Volume(Struct, frozen=True):
    """The fullest volume of an application's pods, in percent over time."""

    application: Application
    values: Floats
    step_seconds: float

    @property
    def latest(self) -> float:
        """The newest measurement; there is at least one."""
        return float(self.values[np.isfinite(self.values)][-1])


def answer_volumes(found: Sequence[Volume], looked_at: int, seconds: float, facts: Facts, draft: Draft) -> None:
    """The fullest first, each with the days until it is full where it surely fills."""
    counted = draft.evidence.note(
        STORE, "applications with a measured volume", len(found), unit="applications", at=facts.now, is_query=True
    )
    if not found:
        draft.fulfilled = False
        draft.say(f"I can't tell: no volume of {plural(looked_at, 'application')} is measured.", counted)
        draft.say("Volumes are measured where the reader may ask the kubelets (docs/metrics.md).")
        return
    filling = sorted(((days, one) for one in found if (days := _days(one)) is not None), key=lambda pair: pair[0])
    of_all = plural(len(found), "application")
    if filling:
        days, first = filling[0]
        when = f"in {days:g} days at this pace" if days else "now"
        draft.say(f"A volume of {name_of(first.application, facts)} is full {when}, the first of {of_all}:", counted)
    else:
        draft.say(f"No volume of {of_all} is clearly filling; the fullest of each, fullest first:", counted)
    for one in sorted(found, key=lambda each: -each.latest)[:SHOWN]:
        _tell(one, facts, draft)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more", counted)
    draft.gap()
    draft.say(f"Based on what was measured in the last {format_duration(seconds)}.")


def _tell(one: Volume, facts: Facts, draft: Draft) -> None:
    subject = subject_of(one.application)
    noted = [draft.evidence.note(STORE, subject, round(one.latest, 1), unit="% of its fullest volume", at=facts.now)]
    days, words = _days(one), "no clear trend"
    if days is not None:
        noted.append(
            draft.evidence.note(STORE, f"days until a volume of {subject} is full", days, unit="days", at=facts.now)
        )
        words = f"full in {days:g} days at this pace" if days else "full"
    draft.say(f"- {name_of(one.application, facts)}: {whole(one.latest)} full, {words}", *noted)


def _days(one: Volume) -> float | None:
    """Days until it is full; None where it does not clearly fill."""
    until = steps_until(one.values, FULL_PERCENT)
    return None if until is None else round(until[0] * one.step_seconds / DAY_SECONDS, 1)
