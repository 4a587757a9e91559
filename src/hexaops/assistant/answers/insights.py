"""Cost, savings, security, trends and what is unusual, based on an assessment; docs/formulas.md states each figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from hexaops.analysis.applications.usage import Resource
from hexaops.analysis.insights.model import WEIGHTS, Insight
from hexaops.analysis.insights.trends import Development
from hexaops.analysis.insights.usage import FORMATS, LABELS, NOVELTY_POINTS, Measured
from hexaops.analysis.prospects import Coming
from hexaops.analysis.sizing import FEWEST_POINTS
from hexaops.assistant.answers.attachments import LineView, TimeSeries, TimeSeriesView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, plural
from hexaops.assistant.evidence import STORE
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown, plain

SHOWN = 8
CHARTED = 5
POINTS_CHARTED = 120
LEAST_POINTS = 20
"""Below that a trend is not told."""
HISTORY = "history"


def tell_security(found: Sequence[Insight], looked_at: int, facts: Facts, draft: Draft) -> None:
    """The findings of the posture, the gravest first."""
    findings = [one for one in found if one.category == "security"]
    noted = _counted(draft, facts, "security findings", len(findings))
    if not findings:
        draft.say(f"I found no security problem in {plural(looked_at, 'application')}: {_CHECKED}.", noted)
        return
    weights = Counter(one.weight for one in findings)
    by_weight = listing([f"{weights[weight]} {weight}" for weight in WEIGHTS if weights[weight]])
    draft.say(
        f"{plural(len(findings), 'security finding')} in {plural(looked_at, 'application')} ({by_weight}):", noted
    )
    _insights(findings, facts, draft)


_CHECKED = "Pod Security Standards, rights, network policies, images and secrets were checked"


def tell_savings(found: Sequence[Insight], no_sizing: str | None, looked_at: int, facts: Facts, draft: Draft) -> None:
    """Which requests could be smaller, and what that saves."""
    if no_sizing and not found:
        draft.fulfilled = False
        draft.say(f"I can't recommend sizes yet: {markdown(no_sizing, TEXT_LIMIT)}.")
        return
    saved = sum(each.monthly_savings or 0.0 for one in found for each in one.recommendations)
    noted = draft.evidence.note(
        STORE, "savings by the sizing rule", round(saved, 2), unit="US dollars a month", at=facts.now
    )
    if not found:
        draft.say(f"Nothing to save: no request of {plural(looked_at, 'application')} is far above its use.", noted)
        return
    draft.say(f"About ${saved:.2f} a month could be saved:", noted)
    _insights(found, facts, draft)


def tell_unusual(
    found: Sequence[Insight], measured: Sequence[Measured], seconds: float, facts: Facts, draft: Draft
) -> None:
    """What is used lately as never before."""
    judged = sum(one.samples >= NOVELTY_POINTS for one in measured)
    noted = _counted(draft, facts, f"applications with {NOVELTY_POINTS} points of history", judged)
    if found:
        draft.say(f"{plural(len(found), 'thing')} unusual in the last {format_duration(seconds)}:", noted)
        _insights(found, facts, draft)
    elif judged:
        draft.say(
            f"Nothing unusual in the use of CPU and memory of {plural(judged, 'application')} over the last "
            f"{format_duration(seconds)}.", noted,
        )  # fmt: skip
    else:
        draft.fulfilled = False
        most = max([one.samples for one in measured], default=0)
        draft.say(
            f"I can't tell yet what is unusual: that takes {NOVELTY_POINTS} points of history, and there are {most}.",
            noted,
        )
    draft.gap()


def tell_forecast(
    found: Sequence[Insight], cpu: Development | str, measured: Sequence[Measured], seconds: float, facts: Facts,
    draft: Draft,
) -> None:  # fmt: skip
    """What rises, what is near its limits, and when the CPU of the workspace's nodes is used up."""
    most = max([one.samples for one in measured], default=0)
    noted = _counted(draft, facts, f"most points of history of the last {format_duration(seconds)}", most)
    if isinstance(cpu, Development):
        word = "does not rise" if cpu.word != "increasing" else f"rises by {cpu.monthly_percent:.0f}% a month"
        until = (
            f"; at this pace the nodes' CPU is used up in {cpu.days_until_full:g} days" if cpu.days_until_full else ""
        )
        if until and cpu.days_at_earliest is not None:
            until += f", at the earliest in {cpu.days_at_earliest:g}"
        draft.say(f"The workspace's CPU use {word}{until}.", noted)
    elif not found:
        draft.fulfilled = False
        draft.say(f"I can't forecast yet: {markdown(cpu, TEXT_LIMIT)}.", noted)
        return
    if found:
        draft.say("What will run out first:")
        _insights(found, facts, draft)
    elif most >= LEAST_POINTS:
        draft.say(f"No application of {len(measured)} is near its limits or clearly rising.", noted)
    if most < FEWEST_POINTS:
        draft.say(f"This is based on {most} points of history: little to go by.", noted)


def tell_no_levels(reason: str | None, facts: Facts, draft: Draft) -> None:
    """Why nothing is said about changes of level, where nothing can be."""
    del facts
    if reason:
        draft.say(f"Changes of level are not judged: {markdown(reason, TEXT_LIMIT)}.")
        draft.gap()


def tell_coming(ahead: Mapping[Resource, Coming | str], facts: Facts, draft: Draft) -> None:
    """What the use is expected to be, with its interval and how it was worked out."""
    draft.gap()
    for resource, found in ahead.items():
        label, shown = LABELS[resource], FORMATS[resource]
        if isinstance(found, str):
            draft.say(f"I can't say yet what the {label} use will be: {markdown(found, TEXT_LIMIT)}.")
            continue
        unit = "cores" if resource == "cpu" else "bytes"
        noted = [
            draft.evidence.note(HISTORY, f"{label} use: {name}", round(value, 6), unit=unit, at=facts.now)
            for name, value in (("expected", found.expected), ("low end", found.low), ("high end", found.high))
        ]
        draft.say(
            f"- In {format_duration(found.ahead_seconds)}, {label} use is expected to be {shown(found.expected)} "
            f"(90% interval {shown(found.low)} to {shown(found.high)}; by {found.method}).", *noted,
        )  # fmt: skip


def tell_notable(found: Sequence[Insight], facts: Facts, draft: Draft) -> None:
    """What stands out of the performance, if anything does."""
    if found:
        draft.gap()
        draft.say("What stands out:")
        _insights(found, facts, draft)


def chart(measured: Sequence[Measured], seconds: float, resource: Resource | None, facts: Facts, draft: Draft) -> None:
    """The history of the largest few, where there is any."""
    which: Resource = resource or "cpu"
    known = [(one, values) for one in measured if (values := one.history.get(which)) is not None]
    known = [(one, values) for one, values in known if np.isfinite(values).sum() >= 2]
    if not known:
        return
    known.sort(key=lambda pair: -float(np.nanmean(pair[1])))
    count = len(known[0][1])
    every = max(1, -(-count // POINTS_CHARTED))
    lines = [
        LineView(
            name=plain(one.application.name, NAME_LIMIT),
            points=[
                (round(place * every * seconds / count, 3), round(float(value), 6))
                for place, value in enumerate(values[::every])
                if np.isfinite(value)
            ],
        )
        for one, values in known[:CHARTED]
    ]
    start = datetime.fromtimestamp(facts.now.timestamp() - seconds, UTC)
    view = TimeSeriesView(
        title=f"{which} of the largest {len(lines)}", unit="cores" if which == "cpu" else "bytes",
        start=format_time(start), step_seconds=round(seconds / count * every, 3), series=lines,
    )  # fmt: skip
    draft.attach(TimeSeries(data=view))


def _insights(found: Sequence[Insight], facts: Facts, draft: Draft) -> None:
    for one in found[:SHOWN]:
        noted = [
            draft.evidence.note(seen.source, plain(seen.about, TEXT_LIMIT), seen.value, unit=seen.unit, at=facts.now)
            for seen in one.seen[:3]
        ]
        draft.say(
            f"- **{markdown(one.title, TEXT_LIMIT)}** ({one.weight}): {markdown(one.description, TEXT_LIMIT)}", *noted
        )
        for each in one.recommendations[:1]:
            saves = ""
            if each.monthly_savings:
                noted.append(
                    _dollars(draft, facts, f"monthly savings: {plain(one.title, TEXT_LIMIT)}", each.monthly_savings)
                )
                saves = f", saves about ${each.monthly_savings:.2f} a month"
            draft.say(f"  - What may help: {markdown(each.description, TEXT_LIMIT)}{saves}", *noted)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more", _counted(draft, facts, "further ones", len(found) - SHOWN))


def _dollars(draft: Draft, facts: Facts, what: str, amount: float) -> str:
    return draft.evidence.note(STORE, what, round(amount, 2), unit="US dollars", at=facts.now, is_query=True)


def _counted(draft: Draft, facts: Facts, what: str, number: int) -> str:
    return draft.evidence.note(STORE, what, number, unit="count", at=facts.now, is_query=True)
