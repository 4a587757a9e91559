"""Cost, savings, security, trends and what is unusual, told from an assessment; docs/formulas.md states each figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource
from hexaops.analysis.insights.costs import Cost, PriceBook
from hexaops.analysis.insights.model import WEIGHTS, Insight
from hexaops.analysis.insights.trends import Development
from hexaops.analysis.insights.usage import NOVELTY_POINTS, Measured
from hexaops.analysis.sizing import FEWEST_POINTS
from hexaops.assistant.answers.attachments import Cell, LineView, TimeSeries, TimeSeriesView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.answers.tables import attach_table
from hexaops.assistant.evidence import STORE
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown, plain

SHOWN = 8
CHARTED = 5
POINTS_CHARTED = 120
LEAST_POINTS = 20
"""Below that a trend is not told."""
HISTORY = "history"


class Bill(Struct, frozen=True):
    """What an application's measured pods cost a month."""

    application: Application
    cost: Cost


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


def tell_cost(bills: Sequence[Bill], book: PriceBook, no_usage: str | None, facts: Facts, draft: Draft) -> None:
    """What each application costs a month at the book's prices, the dearest first."""
    if no_usage:
        draft.fulfilled = False
        draft.say(f"I can't tell costs: {markdown(no_usage, TEXT_LIMIT)}.")
        return
    ranked = sorted(bills, key=lambda one: -one.cost.charged)
    total = sum(one.cost.charged for one in ranked)
    noted = draft.evidence.note(
        STORE, "monthly cost of what runs now", round(total, 2), unit="US dollars", at=facts.now
    )
    draft.say(f"What runs now costs about ${total:.2f} a month:", noted)
    for one in ranked[:SHOWN]:
        _bill(one, total, facts, draft)
    if len(ranked) > SHOWN:
        counted = _counted(draft, facts, "further applications with a cost", len(ranked) - SHOWN)
        draft.say(f"- … and {len(ranked) - SHOWN} more (see the table)", counted)
    draft.gap()
    prices = book.prices
    draft.say(
        f"Charged is the larger of request and use of each pod, at ${prices.cpu_core_hour:g} a core-hour and "
        f"${prices.memory_gib_hour:g} a GiB-hour (settings price_cpu_core_hour, price_memory_gib_hour); volumes and "
        "traffic are not counted.",
        draft.evidence.note(STORE, "price of a core-hour", prices.cpu_core_hour, unit="US dollars", at=facts.now),
        draft.evidence.note(STORE, "price of a GiB-hour", prices.memory_gib_hour, unit="US dollars", at=facts.now),
    )
    rows: list[list[Cell]] = [
        [plain(one.application.name, NAME_LIMIT), plain(one.application.project, NAME_LIMIT),
         round(one.cost.requested, 2), round(one.cost.used, 2), round(one.cost.charged, 2)]
        for one in ranked
    ]  # fmt: skip
    attach_table(draft, "monthly cost, US dollars", ("name", "project", "requested", "used", "charged"), rows)


def tell_cost_reasons(bills: Sequence[Bill], no_usage: str | None, facts: Facts, draft: Draft) -> None:
    """Why it costs so much: what is reserved and not used, the most first."""
    total, used = sum(one.cost.charged for one in bills), sum(one.cost.used for one in bills)
    if no_usage or total <= 0:
        draft.fulfilled = False
        draft.say(f"I can't tell why: {markdown(no_usage or 'nothing is charged', TEXT_LIMIT)}.")
        return
    noted = _dollars(draft, facts, "charged a month", total), _dollars(draft, facts, "used a month", used)
    draft.say(f"Of ${total:.2f} a month, ${used:.2f} is used; the rest is reserved by requests above the use:", *noted)
    for one in sorted(bills, key=lambda each: each.cost.used - each.cost.charged)[:REASONS]:
        subject, unused = subject_of(one.application), one.cost.charged - one.cost.used
        item = _dollars(draft, facts, f"reserved and not used a month by {subject}", unused)
        name = name_of(one.application, facts)
        draft.say(f"- {name}: ${unused:.2f} of its ${one.cost.charged:.2f} is reserved and not used", item)
    draft.say("“How can I save?” shows which requests could be smaller.")


REASONS = 5


def _bill(one: Bill, total: float, facts: Facts, draft: Draft) -> None:
    subject = subject_of(one.application)
    noted = [
        _dollars(draft, facts, f"charged a month for {subject}", one.cost.charged),
        _dollars(draft, facts, f"used a month by {subject}", one.cost.used),
    ]
    share = ""
    if total:
        percent = round(100 * one.cost.charged / total)
        noted.append(draft.evidence.note(STORE, f"share of {subject}", percent, unit="% of the cost", at=facts.now))
        share = f" ({percent}%)"
    words = f"${one.cost.charged:.2f}{share}, of which ${one.cost.used:.2f} is used"
    draft.say(f"- {name_of(one.application, facts)}: {words}", *noted)


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
        draft.say(f"This is told from {most} points of history: little to go by.", noted)


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
