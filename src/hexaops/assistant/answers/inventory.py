"""What there is of a kind: workloads, volume claims, ConfigMaps and Secrets by name; and who requests most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import (
    NAME_LIMIT,
    application_line,
    listing,
    name_of,
    note_count,
    plural,
    subject_of,
)
from hexaops.assistant.answers.usage import amount
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import PvcRow
from hexaops.kit.quantities import format_bytes
from hexaops.kit.text import markdown

SHOWN = 30
Form = Literal["unbound", "unused", "largest", "total"]
"""What is asked of volume claims."""


def tell_workloads(kind: str, found: Sequence[Application], where: str, facts: Facts, draft: Draft) -> None:
    """Applications of one kind."""
    noted = note_count(draft, facts, len(found), f"{kind}s{where}")
    verb, of_all = ("is", f"{len(found)} {kind}") if len(found) == 1 else ("are", plural(len(found), kind))
    draft.say(f"There {verb} {of_all if found else f'no {kind}'}{where}{':' if found else '.'}", noted)
    for one in found[:SHOWN]:
        application_line(draft, one, facts)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more", noted)
    draft.shown += [one.id for one in found[:SHOWN]]


def tell_named_in_templates(
    kind: str, used: Mapping[tuple[str, str], Sequence[str]], facts: Facts, draft: Draft
) -> None:  # fmt: skip
    """ConfigMaps or Secrets that templates name, as those that nothing names are not read."""
    noted = note_count(draft, facts, len(used), f"{kind}s that templates name")
    why = "Secrets are never read here" if kind == "Secret" else "ConfigMaps are read only where one is asked for"
    draft.say(f"The applications name {plural(len(used), kind) if used else f'no {kind}'}; whether there are others, "
              f"which nothing uses, I can't tell: {why}.", noted)  # fmt: skip
    for (project, name), users in sorted(used.items())[:SHOWN]:
        by = listing([markdown(one, NAME_LIMIT) for one in users])
        draft.say(f"- {markdown(f'{project}/{name}', NAME_LIMIT)}, used by {by}", noted)


def tell_claims_by(
    form: Form, rows: Sequence[PvcRow], users: Mapping[tuple[str, str], Sequence[str]], facts: Facts, draft: Draft
) -> None:
    """Volume claims: which are not bound or not used, which is the largest, or how much there is."""
    ranked = sorted(rows, key=lambda row: (-_size(row), row.namespace, row.name))
    found = {
        "unbound": [row for row in ranked if row.phase != "Bound"],
        "unused": [row for row in ranked if not users.get((row.namespace, row.name))],
    }.get(form, ranked)
    noted = note_count(draft, facts, len(found), f"volume claims ({form})")
    of_all, total = plural(len(rows), "volume claim"), format_bytes(sum(map(_size, rows)))
    if not rows:
        draft.say("There is no volume claim.", noted)
        return
    match form:
        case "unbound" | "unused":
            what, every = ("not bound", "bound") if form == "unbound" else ("not used by any pod", "used by a pod")
            verb = "is" if len(found) < 2 else "are"
            say = f"{len(found)} of {of_all} {verb} {what}:" if found else f"Each of {of_all} is {every}."
            draft.say(say, noted)
        case "largest":
            first = ranked[0]
            draft.say(f"{_name(first)} is the largest: {format_bytes(_size(first))}{_of(first, users)}.", noted)
        case _:
            asks = "asks" if len(rows) == 1 else "ask"
            draft.say(
                f"{of_all} {asks} for {total} of storage in all; “how full are the volumes?” tells the use.", noted
            )
    for row in found[:SHOWN]:
        value = f"{format_bytes(_size(row))}, {row.phase}, storage class {row.storage_class or 'none'}"
        item = draft.evidence.note(
            KUBERNETES, f"PersistentVolumeClaim {row.namespace}/{row.name}", value, unit="state",
            at=facts.freshness.as_of,
        )  # fmt: skip
        draft.say(f"- {_name(row)}: {markdown(value, NAME_LIMIT)}{_of(row, users)}", item)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more", noted)


def _size(row: PvcRow) -> float:
    return row.capacity_bytes or row.requested_bytes or 0.0


def _name(row: PvcRow) -> str:
    return markdown(f"{row.namespace}/{row.name}", NAME_LIMIT)


def _of(row: PvcRow, users: Mapping[tuple[str, str], Sequence[str]]) -> str:
    named = users.get((row.namespace, row.name), ())
    return f", of {listing([markdown(one, NAME_LIMIT) for one in named])}" if named else ", used by no pod"


def tell_requests_ranked(
    found: Sequence[Application], resource: Literal["cpu", "memory"], facts: Facts, draft: Draft, *, least: bool,
    limits: bool,
) -> None:  # fmt: skip
    """Who requests, or may use, the most of all its pods together; or the least."""
    word, field = ("limit" if limits else "request"), f"{resource}_{'limit' if limits else 'request'}"
    sums = {one.id: sum((getattr(pod, field) or 0.0) for pod in one.pods) for one in found}
    ranked = sorted((one for one in found if sums[one.id]), key=lambda one: sums[one.id], reverse=not least)
    label = "CPU" if resource == "cpu" else "memory"
    if not ranked:
        draft.say(f"None of {plural(len(found), 'application')} sets a {word} of {label}.")
        return
    at, unit = facts.freshness.as_of, f"{label} {word}s"
    noted = {
        one.id: draft.evidence.note(KUBERNETES, subject_of(one), amount(resource, sums[one.id]), unit=unit, at=at)
        for one in ranked[:SHOWN]
    }
    first, order = ranked[0], "least" if least else "most"
    verb = f"may use the {order} {label} by its limits" if limits else f"requests the {order} {label}"
    pods = plural(len(first.pods), "pod")
    draft.say(f"{name_of(first, facts)} {verb}: {amount(resource, sums[first.id])} with {pods}.", noted[first.id])
    for one in ranked[:SHOWN]:
        draft.say(f"- {name_of(one, facts)}: {amount(resource, sums[one.id])}, {plural(len(one.pods), 'pod')}",
                  noted[one.id])  # fmt: skip
    draft.shown += [one.id for one in ranked[:1]]
