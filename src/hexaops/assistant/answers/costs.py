"""What applications cost a month, based on one statement; docs/formulas.md states the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.insights.costs import Cost, Priced, PriceUsed, Statement
from hexaops.analysis.insights.prices import SOURCES, PriceSource
from hexaops.assistant.answers.attachments import Cell
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, subject_of
from hexaops.assistant.answers.tables import attach_table
from hexaops.assistant.evidence import STORE
from hexaops.kit.text import markdown, plain

SHOWN = 8
REASONS = 5
UNITS: dict[Priced, str] = {
    "cpu_core_hour": "a core-hour", "memory_gib_hour": "a GiB-hour", "storage_gib_month": "a GiB-month of volumes",
}  # fmt: skip
SOURCE_WORDS: dict[PriceSource, str] = {
    "opencost": "OpenCost's metrics", "price_file": "the price file", "default": "the settings",
}  # fmt: skip


class Charges(Struct, frozen=True):
    """What some applications cost."""

    applications: Sequence[Application]
    statement: Statement
    no_usage: str | None
    """Why their use, and so their cost, is not known; None where it is."""

    @property
    def ranked(self) -> list[tuple[Application, Cost]]:
        """The dearest first."""
        found = [(one, self.statement.bills[one.id].cost) for one in self.applications]
        return sorted(found, key=lambda pair: -known(pair[1]))


def monthly_cost(statement: Statement, facts: Facts, draft: Draft) -> tuple[str, str]:
    """A sentence on the total without its full stop, and its evidence."""
    cost = statement.cost
    total = known(cost)
    noted = draft.evidence.note(
        STORE, "monthly cost of what runs now", round(total, 2), unit="US dollars", at=facts.now
    )
    without = ""
    if cost.storage is None:
        without = f", without its volumes ({markdown(statement.no_storage or 'unknown', TEXT_LIMIT)})"
    return f"What runs now costs about ${total:.2f} a month{without}", noted


First = Literal["most", "least", "total"]
"""What the first sentence tells: which application costs the most or the least, or what all cost."""


def tell_cost(charges: Charges, facts: Facts, draft: Draft, *, first: First = "total") -> None:
    """What each application costs a month, what was asked for first, and at which prices."""
    if charges.no_usage:
        draft.fulfilled = False
        draft.say(f"I can't tell costs: {markdown(charges.no_usage, TEXT_LIMIT)}.")
        return
    words, noted = monthly_cost(charges.statement, facts, draft)
    total, ranked = known(charges.statement.cost), charges.ranked
    if first != "total" and len(ranked) > 1:
        ranked = ranked if first == "most" else [*reversed(ranked)]
        name, own = name_of(ranked[0][0], facts), known(ranked[0][1])
        item = dollars(draft, facts, f"charged a month for {subject_of(ranked[0][0])}", own)
        draft.say(f"{name} costs the {first}: about ${own:.2f} a month.", item)
        draft.gap()
    draft.say(f"{words}:", noted)
    for application, cost in ranked[:SHOWN]:
        _bill(application, cost, total, facts, draft)
    if len(ranked) > SHOWN:
        further = len(ranked) - SHOWN
        counted = draft.evidence.note(
            STORE, "further applications with a cost", further, unit="count", at=facts.now, is_query=True
        )
        draft.say(f"- … and {further} more (see the table)", counted)
    if unmounted := charges.statement.unmounted:
        item = dollars(draft, facts, "volumes that no application mounts, a month", unmounted)
        draft.say(f"- Volumes that no application mounts: ${unmounted:.2f}", item)
    draft.gap()
    _prices(charges.statement.prices, facts, draft)
    rows: list[list[Cell]] = [
        [plain(one.name, NAME_LIMIT), plain(one.project, NAME_LIMIT), round(cost.requested, 2),
         round(cost.used, 2), round(cost.charged, 2), None if cost.storage is None else round(cost.storage, 2)]
        for one, cost in ranked
    ]  # fmt: skip
    columns = ("name", "project", "requested", "used", "charged", "volumes")
    attach_table(draft, "monthly cost, US dollars", columns, rows)


def tell_cost_reasons(charges: Charges, facts: Facts, draft: Draft) -> None:
    """Why it costs so much: what is reserved and not used, the most first."""
    costs = charges.ranked
    total, used = sum(one.charged for _, one in costs), sum(one.used for _, one in costs)
    if charges.no_usage or total <= 0:
        draft.fulfilled = False
        draft.say(f"I can't tell why: {markdown(charges.no_usage or 'nothing is charged', TEXT_LIMIT)}.")
        return
    noted = dollars(draft, facts, "charged a month", total), dollars(draft, facts, "used a month", used)
    draft.say(
        f"Of ${total:.2f} a month for CPU and memory, ${used:.2f} is used; the rest is reserved by requests above "
        "the use:", *noted,
    )  # fmt: skip
    for application, cost in sorted(costs, key=lambda pair: pair[1].used - pair[1].charged)[:REASONS]:
        subject, unused = subject_of(application), cost.charged - cost.used
        item = dollars(draft, facts, f"reserved and not used a month by {subject}", unused)
        name = name_of(application, facts)
        draft.say(f"- {name}: ${unused:.2f} of its ${cost.charged:.2f} is reserved and not used", item)
    draft.say("“How can I save?” shows which requests could be smaller.")


def dollars(draft: Draft, facts: Facts, what: str, amount: float) -> str:
    """Evidence for an amount."""
    return draft.evidence.note(STORE, what, round(amount, 2), unit="US dollars", at=facts.now, is_query=True)


def known(cost: Cost) -> float:
    """What is charged as far as it is known; `monthly_cost` says where volumes are left out."""
    return cost.charged + (cost.storage or 0.0)


def _bill(application: Application, cost: Cost, total: float, facts: Facts, draft: Draft) -> None:
    subject, own = subject_of(application), known(cost)
    noted = [
        dollars(draft, facts, f"charged a month for {subject}", own),
        dollars(draft, facts, f"used a month by {subject}", cost.used),
    ]
    share, volumes = "", ""
    if total:
        percent = round(100 * own / total)
        noted.append(draft.evidence.note(STORE, f"share of {subject}", percent, unit="% of the cost", at=facts.now))
        share = f" ({percent}%)"
    if cost.storage:
        noted.append(dollars(draft, facts, f"volumes of {subject}, a month", cost.storage))
        volumes = f" and ${cost.storage:.2f} is for volumes"
    draft.say(f"- {name_of(application, facts)}: ${own:.2f}{share}, of which ${cost.used:.2f} is used{volumes}", *noted)


def _prices(prices: Sequence[PriceUsed], facts: Facts, draft: Draft) -> None:
    """One sentence on the formula and the prices, each with its source."""
    parts, noted = [], []
    for of, unit in UNITS.items():
        used = [one for one in prices if one.of == of]
        if not used:
            continue
        noted += [
            draft.evidence.note(STORE, f"price of {unit} by {one.source}", one.dollars, unit="US dollars", at=facts.now)
            for one in used[:SHOWN]
        ]
        low, high = min(one.dollars for one in used), max(one.dollars for one in used)
        named = {one.source for one in used}
        told = listing([SOURCE_WORDS[source] for source in SOURCES if source in named])
        parts.append(f"${low:g}{f' to ${high:g}' if high > low else ''} {unit} ({told})")
    at = f" Prices: {listing(parts)}." if parts else ""
    draft.say(
        f"CPU and memory are charged by the larger of request and use of each pod, volumes by their size.{at} "
        "Traffic is not counted.", *noted,
    )  # fmt: skip
