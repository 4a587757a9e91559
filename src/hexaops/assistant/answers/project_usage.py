"""CPU and memory of projects now, each the sum of its applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource
from hexaops.assistant.answers.attachments import Cell
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import LABELS, NAME_LIMIT, TEXT_LIMIT, listing, plural, shares_of
from hexaops.assistant.answers.tables import attach_table
from hexaops.assistant.answers.usage import amount
from hexaops.assistant.evidence import METRICS
from hexaops.kit.text import markdown, plain

SHOWN = 20
_UNITS: Mapping[Resource, str] = {"cpu": "cores", "memory": "bytes"}


def tell_total_usage(
    applications: Sequence[Application], metric: Resource | None, where: str, facts: Facts, draft: Draft
) -> None:
    """What all of them use together, before what each does; nothing where nothing is measured."""
    resources: tuple[Resource, ...] = (metric,) if metric else ("cpu", "memory")
    parts, noted = [], []
    for resource in resources:
        used = [share for one in applications if (share := shares_of(one, facts)[resource].used) is not None]
        if not used:
            continue
        subject = f"{plural(len(used), 'application')} of {where}"
        noted.append(
            draft.evidence.note(
                METRICS, subject, round(sum(used), 3), unit=_UNITS[resource], at=facts.now, is_query=True
            )
        )
        parts.append(f"{amount(resource, sum(used))} {'memory' if resource == 'memory' else 'of CPU'}")
    if parts:
        of = plural(len(applications), "application")
        draft.say(f"{of} of {markdown(where, TEXT_LIMIT)} use {listing(parts)} in all.", *noted)
        draft.gap()


def tell_project_usage(
    applications: Sequence[Application], metric: Resource | None, facts: Facts, draft: Draft
) -> None:
    """The project that uses the most comes first; what is not measured is in no sum."""
    resources: tuple[Resource, ...] = (metric,) if metric else ("cpu", "memory")
    sums: dict[str, dict[Resource, float]] = {}
    counts: dict[str, int] = {}
    for one in applications:
        shares = shares_of(one, facts)
        used = {resource: share for resource in resources if (share := shares[resource].used) is not None}
        if used:
            counts[one.project] = counts.get(one.project, 0) + 1
            total = sums.setdefault(one.project, {})
            for resource, value in used.items():
                total[resource] = total.get(resource, 0.0) + value
    if not sums:
        draft.fulfilled = False
        draft.say(f"I can't tell the usage: {markdown(facts.usage_reason, TEXT_LIMIT)}.")
        return
    ranked = sorted(sums.items(), key=lambda pair: -pair[1].get(resources[0], 0.0))
    title = " and ".join(LABELS[resource] for resource in resources).replace("and Memory", "and memory")
    draft.say(f"{title} usage now by project, highest first:")
    for project, used in ranked[:SHOWN]:
        told = ", ".join(f"{LABELS[of]} {amount(of, used[of])}" for of in resources if of in used)
        noted = [
            draft.evidence.note(METRICS, f"project {project}", round(used[of], 3), unit=_UNITS[of], at=facts.now)
            for of in resources
            if of in used
        ]
        draft.say(f"- {markdown(project, NAME_LIMIT)}: {told}, {plural(counts[project], 'application')}", *noted)
    rows: list[list[Cell]] = [
        [plain(project, NAME_LIMIT), counts[project], *(round(used[of], 3) if of in used else None for of in resources)]
        for project, used in ranked
    ]
    columns = ("project", "applications", *(f"{of}, {_UNITS[of]}" for of in resources))
    attach_table(draft, "Usage of projects", columns, rows)
