"""What applications used over a time that was asked for: least, most, average, and how it was at its beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import LABELS, name_of, subject_of
from hexaops.assistant.answers.usage import amount
from hexaops.assistant.evidence import METRICS
from hexaops.kit.durations import format_duration

SHOWN = 8
WHOLE = 0.9
"""A history over this share of the time is one of all of it: the newest points are still being measured."""


class History(Struct, frozen=True):
    """One application's use, of all its pods, evenly spaced over the time (NaN: not measured)."""

    application: Application
    values: Mapping[Resource, NDArray[np.float64]]
    seconds: float

    def known_seconds(self, resource: Resource) -> float:
        """How far back the first measured point lies."""
        values = self.values[resource]
        known = np.flatnonzero(np.isfinite(values))
        return float(self.seconds * (len(values) - known[0]) / len(values)) if len(known) else 0.0


def tell_history(found: Sequence[History], facts: Facts, draft: Draft) -> None:
    """Each application's use over the time; where nothing was measured, that is said."""
    seconds = max((one.seconds for one in found), default=0.0)
    told = [(one, resource) for one in found for resource in one.values if one.known_seconds(resource)]
    draft.gap()
    if not told:
        draft.fulfilled = False
        draft.say(f"How it was over the last {format_duration(seconds)} I can't tell: nothing was measured then.")
        return
    draft.say(f"Over the last {format_duration(seconds)}:")
    for one, resource in told[: SHOWN * 2]:
        _tell(one, resource, facts, draft)


def _tell(one: History, resource: Resource, facts: Facts, draft: Draft) -> None:
    known = one.values[resource][np.isfinite(one.values[resource])]
    figures = {"least": known.min(), "most": known.max(), "average": known.mean(), "first": known[0], "last": known[-1]}
    said = {name: amount(resource, float(value)) for name, value in figures.items()}
    noted = [
        draft.evidence.note(METRICS, subject_of(one.application), said[name], unit=f"{resource} {name}", at=facts.now)
        for name in ("least", "most", "average", "first")
    ]
    since = format_duration(one.known_seconds(resource))
    words = f"between {said['least']} and {said['most']}, {said['average']} on average; {since} ago {said['first']}"
    if figures["first"] > 0:
        change = round(100 * float(figures["last"] / figures["first"] - 1))
        percent = draft.evidence.note(METRICS, subject_of(one.application), change, unit="% since then", at=facts.now)
        noted.append(percent)
        words += f", now {abs(change)}% {'more' if change > 0 else 'less'}" if change else ", now the same"
    if one.known_seconds(resource) < WHOLE * one.seconds:
        words += f" (measured only for the last {since})"
    draft.say(f"- {name_of(one.application, facts)}: {LABELS[resource]} {words}", *noted)
