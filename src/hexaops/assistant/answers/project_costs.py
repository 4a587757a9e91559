"""What projects cost a month, each the sum of its applications."""

from __future__ import annotations

from hexaops.assistant.answers.attachments import Cell
from hexaops.assistant.answers.costs import Charges, First, dollars, known, monthly_cost
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, plural
from hexaops.assistant.answers.tables import attach_table
from hexaops.kit.text import markdown, plain

SHOWN = 20


def tell_project_costs(charges: Charges, facts: Facts, draft: Draft, *, first: First = "total") -> None:
    """The dearest first (`first`: the cheapest), and in the first sentence the one that was asked for."""
    if charges.no_usage:
        draft.fulfilled = False
        draft.say(f"I can't tell costs: {markdown(charges.no_usage, TEXT_LIMIT)}.")
        return
    totals: dict[str, float] = {}
    counts: dict[str, int] = {}
    for application, cost in charges.ranked:
        totals[application.project] = totals.get(application.project, 0.0) + known(cost)
        counts[application.project] = counts.get(application.project, 0) + 1
    words, noted = monthly_cost(charges.statement, facts, draft)
    ranked = sorted(totals.items(), key=lambda pair: pair[1], reverse=first != "least")
    if first != "total" and len(ranked) > 1:
        name, own = ranked[0]
        item = dollars(draft, facts, f"cost a month of project {name}", own)
        draft.say(f"{markdown(name, NAME_LIMIT)} costs the {first}: about ${own:.2f} a month.", item)
        draft.gap()
    draft.say(f"{words}, by project:", noted)
    for project, total in ranked[:SHOWN]:
        item = dollars(draft, facts, f"charged a month for project {project}", total)
        draft.say(f"- {markdown(project, NAME_LIMIT)}: ${total:.2f}, {plural(counts[project], 'application')}", item)
    if len(ranked) > SHOWN:
        draft.say(f"- … and {len(ranked) - SHOWN} more (see the table)", noted)
    if unmounted := charges.statement.unmounted:
        item = dollars(draft, facts, "volumes that no application mounts, a month", unmounted)
        draft.say(f"- Volumes that no application mounts: ${unmounted:.2f}", item)
    rows: list[list[Cell]] = [
        [plain(project, NAME_LIMIT), counts[project], round(total, 2)] for project, total in ranked
    ]
    attach_table(draft, "monthly cost of projects, US dollars", ("project", "applications", "cost"), rows)
